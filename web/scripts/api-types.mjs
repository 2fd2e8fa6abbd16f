// Writes shared/api/types.ts from the program's API description, or (--check) says whether it is current.
// The description is `wangge openapi` when WANGGE_OPENAPI names a file with its output; otherwise a document is composed from
// src/app/api_schemas.json, the file which the program itself embeds: both give the same types.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const target = new URL('../shared/api/types.ts', import.meta.url)
const given = process.env.WANGGE_OPENAPI
const source = given ?? new URL('../../src/app/api_schemas.json', import.meta.url)
const text = JSON.parse(await readFile(source, 'utf8'))
const schemas = given ? text.components.schemas : text

const document = {
  openapi: '3.1.0',
  info: { title: 'Wangge', version: '1' },
  paths: {},
  components: { schemas },
}
const head = '// Made by `npm run types` from src/app/api_schemas.json. Do not edit.\n'
const types = head + astToString(await openapiTS(document, { alphabetize: true }))

if (process.argv.includes('--check')) {
  const current = await readFile(target, 'utf8').catch(() => '')
  if (current !== types) {
    console.error('shared/api/types.ts is not current: run `npm run types` and commit the result')
    process.exit(1)
  }
} else {
  await writeFile(target, types)
}
