// What a phone has to fetch before the first page is there, in Brotli bytes as the server sends them: run after a build.
// Fails beyond the aim of 200 kB. The rest of what the service worker keeps for offline use is named too.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const AIM = 200_000
const dist = resolve(process.env.WANGGE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url)))
const PACKED = /\.(html|js|css|json|svg|webmanifest)$/

async function sent(path) {
  const file = join(dist, path.endsWith('/') ? `${path}index.html` : path)
  const bytes = await readFile(file)
  if (!PACKED.test(file)) return bytes.length
  const twin = await readFile(`${file}.br`).catch(() => null)
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  return twin ? twin.length : Math.min(bytes.length, brotliCompressSync(bytes, { params }).length)
}

const html = await readFile(join(dist, 'field/index.html'), 'utf8')
const worker = await readFile(join(dist, 'field/sw.js'), 'utf8')
const linked = [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="([^"]+)"/g)]
  .map(([tag, path]) => ({ tag, path }))
  .filter(({ tag }) => /<script|modulepreload|stylesheet/.test(tag))
  .map(({ path }) => path)
const shell = [...worker.matchAll(/[`"'](\/(?:field|assets)\/[^`"']*)[`"']/g)].map(([, path]) => path)
const kept = [...new Set(shell)].filter((path) => path !== '/assets/' && !path.endsWith('/sw.js'))

// The page asks for its texts by itself: one language, and what that file needs.
const imports = async (path, found = new Set()) => {
  if (found.has(path)) return found
  found.add(path)
  const source = await readFile(join(dist, path), 'utf8')
  for (const [, next] of source.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
    await imports(`/assets/${next}`, found)
  return found
}
const texts = kept.filter((path) => /^\/assets\/(zh|en)-/.test(path))
if (texts.length !== 2) throw new Error(`two languages were expected, not: ${texts.join(' ')}`)
const sizes = new Map()
for (const path of new Set(['/field/', ...linked, ...kept])) sizes.set(path, await sent(path))

const sum = (paths) => [...paths].reduce((total, path) => total + (sizes.get(path) ?? 0), 0)
const loads = []
for (const text of texts) loads.push(new Set(['/field/', ...linked, ...(await imports(text))]))
const first = loads.sort((left, right) => sum(right) - sum(left))[0]
for (const path of [...first].sort((left, right) => sizes.get(right) - sizes.get(left)))
  console.log(`${String(sizes.get(path)).padStart(8)}  ${path}`)
const total = sum(first)
console.log(`${String(total).padStart(8)}  first load of the phone's page (aim ${AIM})`)
console.log(
  `${String(sum(new Set(kept)) + (await sent('/field/sw.js'))).padStart(8)}  all that is kept for offline use, with the service worker`,
)
if (total > AIM) {
  console.error(`the first load is ${total - AIM} bytes over its aim`)
  process.exit(1)
}
