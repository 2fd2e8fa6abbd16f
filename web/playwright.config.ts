/** The pages against the real program and its demo: `npm run test:e2e`. WANGGE_BIN names the program (default
 * ../build/wangge), which embeds web/dist as it was built. */
import { defineConfig } from '@playwright/test'
import { launchOptions } from './tests/support/browser'

const port = Number(process.env.WANGGE_PORT ?? 8099)

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  globalSetup: './tests/e2e/setup.ts',
  workers: 1,
  fullyParallel: false,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'zh-CN',
    viewport: { width: 1366, height: 768 },
    launchOptions,
    trace: 'retain-on-failure',
  },
})
