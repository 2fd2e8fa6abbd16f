/** The phone's pages at the sizes of cheap phones, in both languages: axe, the content security policy, errors, sideways scrolling,
 * and targets large enough for a glove. With SHOTS=folder, pictures too. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { serve, type FieldServer } from './field-answers'

test.use({ hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

const sizes = [
  { width: 360, height: 740 },
  { width: 412, height: 915 },
  { width: 320, height: 568 },
]
interface Look {
  name: string
  address: string
  signedIn?: null
  before?: (page: Page, server: FieldServer) => Promise<void>
}
const door = (at: number) => async (page: Page) => {
  await page.locator('.door-main').nth(at).click()
  await page.waitForTimeout(100)
}
const pad = (page: Page, tenth: string) => page.locator(`.pad-key[aria-label$='.${tenth}']`)
const looks: Look[] = [
  { name: 'sign-in', address: '/field/', signedIn: null },
  { name: 'today', address: '/field/' },
  {
    name: 'today-done',
    address: '/field/',
    before: async (page) => {
      await page.locator('.filter.is-done').click()
      await page.locator('.door-quick').first().click()
    },
  },
  {
    name: 'today-offline',
    address: '/field/',
    before: async (page, server) => {
      server.broken = 'before'
      await page.locator('.door-quick').nth(0).click()
      await page.locator('.door-quick').nth(2).click()
      await page.evaluate(() => window.dispatchEvent(new Event('offline')))
    },
  },
  {
    name: 'today-nothing',
    address: '/field/',
    before: async (page, server) => {
      for (const one of server.doors) {
        one.tasks = []
        one.screening = 'done'
      }
      server.changed()
      await page.clock.fastForward('06:00')
      await page.locator('.dock-button').nth(2).click()
      await page.locator('.button.wide').first().click()
      await page.locator('.dock-button').first().click()
    },
  },
  { name: 'door', address: '/field/', before: door(0) },
  { name: 'door-many', address: '/field/', before: door(2) },
  {
    name: 'door-done',
    address: '/field/',
    before: async (page) => {
      await door(2)(page)
      await page.locator('.task .is-main').click()
      await pad(page, '6').click()
    },
  },
  {
    name: 'seen',
    address: '/field/',
    before: async (page) => {
      await door(0)(page)
      await page.locator('.task .is-main').click()
    },
  },
  {
    name: 'seen-second',
    address: '/field/',
    before: async (page) => {
      await door(0)(page)
      await page.locator('.task .is-main').click()
      await page.locator('.pad-step').last().click()
      await page.locator('.pad-step').last().click()
      await pad(page, '2').click()
    },
  },
  {
    name: 'seen-fever',
    address: '/field/',
    before: async (page) => {
      await door(0)(page)
      await page.locator('.task .is-main').click()
      await page.locator('.pad-step').last().click()
      await page.locator('.pad-step').last().click()
      await pad(page, '2').click()
      await pad(page, '4').click()
      await page.locator('.more').click()
    },
  },
  {
    name: 'unheard',
    address: '/field/',
    before: async (page, server) => {
      await door(0)(page)
      server.broken = 'before'
      await page.locator('.task .is-main').click()
      await page.locator('.pad-step').last().click()
      await page.locator('.pad-step').last().click()
      await pad(page, '2').click()
      await pad(page, '4').click()
      await page.locator('.sheet-foot .is-main').click()
      await page.locator('.dock-alarm').waitFor()
    },
  },
  {
    name: 'moved',
    address: '/field/',
    before: async (page) => {
      await door(0)(page)
      await page.locator('.task .grid-two .button').first().click()
      await page.locator('.sheet .text-box').first().fill('燕都')
      await page.clock.fastForward(500)
      await page.locator('.sheet .choice').first().waitFor()
    },
  },
  {
    name: 'screening-other',
    address: '/field/',
    before: async (page) => {
      await door(2)(page)
      await page.locator('.card > .button.wide').click()
      await page.locator('.results .choice').nth(2).click()
    },
  },
  {
    name: 'dial',
    address: '/field/',
    before: async (page) => {
      await door(0)(page)
      await page.locator('.dial').last().click()
      await page.locator('.sheet .choice').first().click()
      await page.locator('.number').waitFor()
    },
  },
  {
    name: 'batch',
    address: '/field/',
    before: async (page) => {
      await page.locator('.unit-batch').first().click()
      const boxes = page.locator('.batch-box')
      await boxes.nth(0).fill('365')
      await boxes.nth(0).press('Enter')
      await boxes.nth(1).fill('378')
      await boxes.nth(1).press('Enter')
      await page.locator('.batch-tick').nth(3).click()
    },
  },
  {
    name: 'search',
    address: '/field/',
    before: async (page) => {
      await page.locator('.dock-button').first().click()
      await page.locator('.text-box').fill('3号楼2单元')
    },
  },
  {
    name: 'outbox',
    address: '/field/',
    before: async (page, server) => {
      server.refuse = (item) =>
        item.result === 'normal' && server.posts.length === 1
          ? { code: 'guard.out_of_scope', detail: '没有找到，或不在您的职责范围内。' }
          : null
      await page.locator('.door-quick').nth(0).click()
      await page.clock.fastForward(11_000)
      await page.locator('.notice.is-late').waitFor()
      await page.locator('.door-quick').nth(1).click()
      await page.locator('.dock-button').nth(1).click()
      await page.locator('.fact-line').first().click()
    },
  },
  { name: 'me', address: '/field/me' },
]

async function open(page: Page, look: Look, lang: 'zh' | 'en', faults: string[]): Promise<void> {
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  // The looks are the page's; a service worker would only put itself between it and the made-up server.
  await page.addInitScript(() => {
    navigator.serviceWorker.register = () => Promise.reject(new Error('none here'))
  })
  const server = await serve(page, { lang, ...(look.signedIn === null ? { signedIn: null } : {}) })
  await page.goto(look.address)
  await page.locator('.dock, .sign-in').first().waitFor()
  if (look.signedIn !== null) await page.locator('.unit, .card').first().waitFor()
  await look.before?.(page, server)
  await page.clock.runFor(800)
  await page.waitForTimeout(150)
}

for (const lang of ['zh', 'en'] as const)
  for (const size of sizes)
    for (const look of looks)
      test(`phone ${look.name} at ${size.width} in ${lang}`, async ({ page }) => {
        await page.setViewportSize(size)
        const faults: string[] = []
        await open(page, look, lang, faults)
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/${look.name}-${size.width}-${lang}.png` })
        expect(faults).toEqual([])
        const wide = await page.evaluate(() => {
          const over = [...document.querySelectorAll('.page, .sheet-body, body')].filter(
            (box) => box.scrollWidth > box.clientWidth + 1,
          )
          return over.map((box) => box.className)
        })
        expect(wide, 'scrolls sideways').toEqual([])
        const small = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('button, a[href], input')]
            .filter((one) => one.checkVisibility() && !one.closest('[inert]'))
            .map((one) => ({
              name: one.textContent?.trim() || one.className,
              box: one.getBoundingClientRect(),
            }))
            .filter(({ box }) => box.height > 0 && (box.height < 55.5 || box.width < 50))
            .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`),
        )
        expect(small, 'too small for a glove').toEqual([])
        const found = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
          .analyze()
        expect(
          found.violations.map(
            (one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(' | ')}`,
          ),
        ).toEqual([])
      })
