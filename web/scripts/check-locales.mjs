// Fails when the two languages differ in keys or placeholders, when a key is used that does not exist, or exists unused.
// A key counts as used when its literal stands in a source file, or when a literal that ends in a dot is its prefix and is
// handed to word('prefix.', code).
import { readFile, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const areas = ['shared', 'desk', 'field']
const faults = []

const texts = { zh: {}, en: {} }
for (const language of ['zh', 'en']) {
  for (const area of areas) {
    const file = `locales/${language}/${area}.json`
    const source = await readFile(join(root, file), 'utf8')
    const seen = new Set()
    for (const [, key] of source.matchAll(/^\s*"([^"]+)":/gm)) {
      if (seen.has(key)) faults.push(`${file}: ${key} stands twice`)
      seen.add(key)
    }
    for (const [key, text] of Object.entries(JSON.parse(source))) {
      if (key in texts[language]) faults.push(`${file}: ${key} also stands in another file`)
      if (typeof text !== 'string' || text === '') faults.push(`${file}: ${key} has no text`)
      texts[language][key] = String(text)
    }
  }
}

const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ')
for (const [here, there] of [
  ['zh', 'en'],
  ['en', 'zh'],
]) {
  for (const key of Object.keys(texts[here])) {
    if (!(key in texts[there])) faults.push(`${there}: ${key} is missing`)
    else if (here === 'zh' && placeholders(texts.zh[key]) !== placeholders(texts.en[key]))
      faults.push(`${key}: zh has "${placeholders(texts.zh[key])}", en "${placeholders(texts.en[key])}"`)
  }
}

const used = new Set()
const prefixes = new Set()
for (const area of areas) {
  const folder = join(root, area)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !['.ts', '.vue'].includes(extname(entry.name)) || entry.name.endsWith('.test.ts'))
      continue
    const path = join(entry.parentPath, entry.name)
    const source = await readFile(path, 'utf8')
    for (const [, literal] of source.matchAll(/['"`]([a-z_]+(?:\.[A-Za-z0-9_]+)+)['"`]/g)) used.add(literal)
    for (const [, prefix] of source.matchAll(/\bword\(\s*['"]([a-z_]+\.[A-Za-z0-9_.]*)['"]/g))
      prefixes.add(prefix)
    for (const [, key] of source.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)) {
      if (!(key in texts.zh)) faults.push(`${path.slice(root.length)}: ${key} does not exist`)
    }
    if (
      extname(path) === '.vue' &&
      /[\u4e00-\u9fff]/.test(source.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|\/\/.*$/gm, ''))
    )
      faults.push(`${path.slice(root.length)}: Chinese text outside the locale files`)
  }
}
for (const prefix of prefixes) {
  if (!Object.keys(texts.zh).some((key) => key.startsWith(prefix)))
    faults.push(`word('${prefix}'): no such keys`)
}
for (const key of Object.keys(texts.zh)) {
  if (!used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix)))
    faults.push(`${key} is not used`)
}

for (const fault of faults) console.error(fault)
if (faults.length) process.exit(1)
console.log(`${Object.keys(texts.zh).length} texts in two languages, all used`)
