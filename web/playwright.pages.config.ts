/** The look and manners of pages, with made-up answers instead of a server: `npm run test:pages` after a build. */
import { defineConfig } from '@playwright/test'
import { launchOptions } from './tests/support/browser'
import { pagesPort } from './tests/support/pages-port'

export default defineConfig({
  testDir: 'tests/pages',
  outputDir: 'test-results/pages',
  globalSetup: './tests/pages/setup.ts',
  workers: 1,
  reporter: 'list',
  use: { baseURL: `http://127.0.0.1:${pagesPort}`, launchOptions },
})
