/** Each page at three sizes: free of axe's findings, of policy violations and of errors. With SHOTS=folder, pictures too. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { listRows } from './answers'
import { mock, type MockOptions } from './mock'

const sizes = [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
  { width: 1920, height: 1080 },
]
interface Look {
  name: string
  address: string
  options?: MockOptions
  before?: (page: Page) => Promise<void>
}
const looks: Look[] = [
  { name: 'sign-in', address: '/desk/sign-in', options: { signedIn: false } },
  { name: 'today', address: '/desk/' },
  { name: 'today-street', address: '/desk/?place=009' },
  { name: 'lists', address: '/desk/lists' },
  { name: 'import-file', address: '/desk/lists/import' },
  { name: 'import-columns', address: `/desk/lists/import/${listRows[3]!.id}` },
  { name: 'import-progress', address: `/desk/lists/import/${listRows[1]!.id}` },
  { name: 'import-receipt', address: `/desk/lists/import/${listRows[0]!.id}` },
  { name: 'list', address: `/desk/lists/${listRows[0]!.id}` },
  { name: 'list-mend', address: `/desk/lists/${listRows[0]!.id}?outcome=rejected&row=7` },
  { name: 'review', address: '/desk/review' },
  { name: 'tasks', address: '/desk/tasks' },
  {
    name: 'tasks-assign',
    address: '/desk/tasks?pool=1',
    before: async (page) => {
      await page.getByLabel('选择这一行').nth(0).check()
      await page.getByLabel('选择这一行').nth(2).check()
    },
  },
  { name: 'tasks-doors', address: '/desk/tasks?view=doors' },
  { name: 'tasks-late', address: '/desk/tasks?view=worker' },
  { name: 'people', address: '/desk/people?q=wgl' },
  { name: 'person', address: '/desk/people/0190c000-0000-7000-8000-000000000999' },
  { name: 'places', address: '/desk/places?place=009' },
  { name: 'places-duties', address: '/desk/places?view=duties' },
  { name: 'places-gaps', address: '/desk/places?view=gaps' },
  { name: 'places-leave', address: '/desk/places?view=leave' },
  { name: 'places-workers', address: '/desk/places?view=workers' },
  {
    name: 'duty-form',
    address: '/desk/places?place=009',
    before: async (page) => {
      await page.getByRole('button', { name: '指定负责人' }).first().click()
      await page.getByRole('combobox').first().click()
    },
  },
  { name: 'reports', address: '/desk/reports?place=009001' },
  { name: 'reports-district', address: '/desk/reports?figure=fever' },
  { name: 'accounts', address: '/desk/accounts' },
  { name: 'audit', address: '/desk/audit' },
  { name: 'check', address: '/desk/check' },
  { name: 'password', address: '/desk/password' },
  { name: 'place-menu', address: '/desk/', before: (page) => page.locator('.crumb-here').click() },
]

async function open(page: Page, look: Look, faults: string[]): Promise<void> {
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  await mock(page, look.options)
  await page.goto(look.address)
  await page.waitForLoadState('networkidle')
  await look.before?.(page)
  await page.waitForTimeout(150)
}

for (const size of sizes) {
  for (const look of looks) {
    test(`${look.name} at ${size.width}`, async ({ page }) => {
      await page.setViewportSize(size)
      const faults: string[] = []
      await open(page, look, faults)
      if (process.env.SHOTS) {
        await page.screenshot({
          path: `${process.env.SHOTS}/${look.name}-${size.width}.png`,
          fullPage: size.width !== 1366,
          ...(size.width === 390 ? { clip: { x: 0, y: 0, width: 390, height: 1500 } } : {}),
        })
      }
      expect(faults).toEqual([])
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(wide, 'the page scrolls sideways').toBeLessThanOrEqual(0)
      if (size.width !== 1920) {
        const found = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
          .analyze()
        expect(
          found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' | ')}`),
        ).toEqual([])
      }
    })
  }
}

test('the English page is as complete', async ({ page }) => {
  const faults: string[] = []
  await open(page, { name: 'today', address: '/desk/', options: { lang: 'en' } }, faults)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Today')
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/today-en.png` })
  expect(faults).toEqual([])
})
