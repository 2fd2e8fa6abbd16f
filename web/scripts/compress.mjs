// Puts a .br and a .gz twin beside each built file that gains by it: the server sends the twin a client takes.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const packable = new Set(['.html', '.js', '.css', '.json', '.svg', '.webmanifest'])
const SMALLEST = 512

let files = 0
let before = 0
let after = 0
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !packable.has(extname(entry.name))) continue
  const path = join(entry.parentPath, entry.name)
  const bytes = await readFile(path)
  if (bytes.length < SMALLEST) continue
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  const gzip = gzipSync(bytes, { level: 9 })
  if (brotli.length < bytes.length) await writeFile(`${path}.br`, brotli)
  if (gzip.length < bytes.length) await writeFile(`${path}.gz`, gzip)
  files += 1
  before += bytes.length
  after += brotli.length
}
console.log(`${files} files, ${Math.round(before / 1024)} KiB, ${Math.round(after / 1024)} KiB as Brotli`)
