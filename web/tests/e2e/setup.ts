/** Makes a demo in a folder of its own (small, or of the size WANGGE_E2E_SIZE says), serves it, holds every sum to the facts
 * afterwards, and takes it away. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = fileURLToPath(new URL('../..', import.meta.url))

export default async function setup(): Promise<() => Promise<void>> {
  const program = resolve(web, process.env.WANGGE_BIN ?? '../build/wangge')
  const port = process.env.WANGGE_PORT ?? '8099'
  const folder = mkdtempSync(join(tmpdir(), 'wangge-e2e-'))
  const data = join(folder, 'data')
  execFileSync(program, ['demo', '--data', data, '--size', process.env.WANGGE_E2E_SIZE ?? 'small'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.env.WANGGE_E2E_DATA = data

  const server = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', process.env.WANGGE_LOG ? 'inherit' : 'ignore'],
  })
  const ended = new Promise<void>((done) => server.once('exit', () => done()))
  const started = Date.now()
  for (;;) {
    const well = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (well) break
    if (server.exitCode !== null || Date.now() - started > 30_000)
      throw new Error('the program did not start')
    await new Promise((next) => setTimeout(next, 100))
  }
  return async () => {
    server.kill('SIGTERM')
    await ended
    const sums = spawnSync(program, ['check', '--data', data], { encoding: 'utf8' })
    if (sums.status !== 0) throw new Error(`wangge check after the tests:\n${sums.stdout}${sums.stderr}`)
    rmSync(folder, { recursive: true, force: true })
  }
}
