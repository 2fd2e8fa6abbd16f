/** Builds /field/sw.js after the page: one plain script that knows by name all that the page needs to start without a network. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin, type Rollup } from 'vite'

interface Styled {
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> }
}
/** Everything that the field's entry may ever load: scripts, texts of both languages, styles. */
function reach(bundle: Rollup.OutputBundle): string[] {
  const found = new Set<string>()
  const visit = (name: string): void => {
    const file = bundle[name]
    if (!file || found.has(name)) return
    found.add(name)
    if (file.type !== 'chunk') return
    const { viteMetadata } = file as Styled
    for (const next of [
      ...file.imports,
      ...file.dynamicImports,
      ...(viteMetadata?.importedCss ?? []),
      ...(viteMetadata?.importedAssets ?? []),
    ])
      visit(next)
  }
  for (const file of Object.values(bundle))
    if (file.type === 'chunk' && file.isEntry && file.facadeModuleId?.endsWith('/field/index.html'))
      visit(file.fileName)
  return [...found].sort()
}

export function fieldWorker(root: string): Plugin {
  return {
    name: 'field-worker',
    apply: 'build',
    async writeBundle(options, bundle) {
      const dist = options.dir ?? join(root, 'dist')
      const parts = reach(bundle)
      if (!parts.length) this.error('the field page is not in this build')
      const own = readdirSync(join(dist, 'field')).filter((name) => /\.(svg|png|webmanifest)$/.test(name))
      const shell = ['/field/', ...own.map((name) => `/field/${name}`), ...parts.map((name) => `/${name}`)]
      const hash = createHash('sha256')
      for (const path of shell)
        hash.update(path).update(readFileSync(join(dist, path === '/field/' ? 'field/index.html' : path)))
      const made = await build({
        configFile: false,
        root,
        logLevel: 'warn',
        publicDir: false,
        resolve: { alias: { '@': root.replace(/\/$/, '') } },
        define: {
          __SHELL__: JSON.stringify(shell),
          __SHELL_VERSION__: JSON.stringify(hash.digest('hex').slice(0, 16)),
        },
        build: {
          write: false,
          target: 'chrome87',
          modulePreload: false,
          lib: {
            entry: join(root, 'field/sw.ts'),
            formats: ['iife'],
            name: 'worker',
            fileName: () => 'sw.js',
          },
        },
      })
      const [output] = Array.isArray(made) ? made : [made as Rollup.RollupOutput]
      const [script] = (output as Rollup.RollupOutput).output
      if (script.type !== 'chunk') this.error('the worker came out as no script')
      writeFileSync(join(dist, 'field/sw.js'), script.code)
    },
  }
}
