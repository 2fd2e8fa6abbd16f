import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { fieldWorker } from './field/build/worker-plugin'

const root = fileURLToPath(new URL('.', import.meta.url))

/** In development a page's own address gives its app's index.html, as the program does. */
function appAddresses(): Plugin {
  return {
    name: 'app-addresses',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = request.url?.split('?')[0] ?? ''
        const app = /^\/(desk|field)(\/|$)/.exec(path)?.[1]
        if (path === '/') request.url = '/desk/index.html'
        else if (app && !/\.[a-z0-9]+$/i.test(path)) request.url = `/${app}/index.html`
        next()
      })
    },
  }
}

export default defineConfig({
  root,
  base: '/',
  plugins: [vue(), appAddresses(), fieldWorker(root)],
  resolve: { alias: { '@': root.replace(/\/$/, '') } },
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
  server: { port: 5173, proxy: { '/api': process.env.WANGGE_URL ?? 'http://127.0.0.1:8020' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'chrome87',
    // No data: addresses: the server's content security policy lets nothing in but its own files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { input: { desk: `${root}desk/index.html`, field: `${root}field/index.html` } },
  },
})
