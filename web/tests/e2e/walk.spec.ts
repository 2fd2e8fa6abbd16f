/** What a page offers, its reader may do: each role opens every page of its ways and presses what is there, and the server
 * refuses nothing. In this order, since what one signs or ends is no longer there for the next; and after all other tests, by its name,
 * since hardly anything is left to do afterwards. */
import { expect, test, type Locator, type Page } from '@playwright/test'
import { signIn, type Role } from './desk'

const ROLES: Role[] = ['worker', 'clerk', 'community', 'street', 'keeper', 'data', 'district']
const RECORDS_OF_A_KIND = 2 // one's own list and another's, say
const BUTTONS_OF_A_KIND = 2

/** Links to the same sort of page are alike: ids, places and what is filtered for do not make another sort. */
function kindOf(url: URL): string {
  const path = url.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')
  const query = [...url.searchParams.entries()]
    .filter(([name]) => name !== 'place')
    .map(([name, value]) => `${name}=${name === 'view' ? value : '*'}`)
  return path + '?' + query.sort().join('&')
}

/** The page's questions to the server: how many are under way, and which were refused. */
class Questions {
  readonly refused: string[] = []
  private open = 0
  constructor(private readonly page: Page) {
    const counts = (url: string): boolean => url.includes('/api/') && !url.endsWith('/events')
    page.on('request', (ask) => (this.open += counts(ask.url()) ? 1 : 0))
    page.on('requestfinished', (ask) => (this.open -= counts(ask.url()) ? 1 : 0))
    page.on('requestfailed', (ask) => (this.open -= counts(ask.url()) ? 1 : 0))
    page.on('response', (answer) => {
      if (counts(answer.url()) && answer.status() >= 400 && answer.status() !== 401)
        this.refused.push(`${answer.status()} ${answer.request().method()} ${answer.url()} on ${page.url()}`)
    })
  }
  async answered(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await this.page.waitForTimeout(30)
      if (this.open > 0) quiet = -1
    }
  }
}

/** Presses one button, says yes to what is asked, and closes what opened. */
async function press(page: Page, button: Locator, questions: Questions): Promise<void> {
  await button.evaluate((element: HTMLElement) => element.click())
  await questions.answered()
  const yes = page.locator('.el-message-box:visible .el-button--primary')
  if (await yes.count()) {
    await yes.evaluate((element: HTMLElement) => element.click())
    await questions.answered()
  }
  if (await page.locator('.el-overlay:visible').count()) await page.keyboard.press('Escape')
  await expect(page.locator('.el-overlay:visible')).toHaveCount(0)
}

async function pressAll(page: Page, questions: Questions, pressed: Map<string, number>): Promise<void> {
  const url = page.url()
  // What a dialog holds is its form's own matter, and tables grow by themselves.
  const buttons = page.locator('main button:visible:enabled:not([role="dialog"] *):not(.table-foot *)')
  for (let at = 0; at < (await buttons.count()); at += 1) {
    const button = buttons.nth(at)
    const words = ((await button.textContent()) ?? '').replace(/[0-9,.]+/g, '').trim()
    const kind = new URL(url).pathname.replace(/[0-9a-f]{8}-.*/, '') + ' ' + words
    const before = pressed.get(kind) ?? 0
    if (before >= BUTTONS_OF_A_KIND) continue
    pressed.set(kind, before + 1)
    await test.step(`press ${words} on ${url}`, () => press(page, button, questions))
    if (page.url() !== url) {
      await page.goto(url)
      await questions.answered()
    }
  }
}

for (const role of ROLES) {
  test(`nothing that ${role} is offered is refused`, async ({ page }) => {
    test.setTimeout(240_000)
    const questions = new Questions(page)
    const faults = await signIn(page, role)
    await questions.answered()
    const queue = [page.url()]
    if (role !== 'worker') await expect(page.locator('nav.ways a').first()).toBeVisible()
    for (const way of await page.locator('nav.ways a').all()) queue.push((await way.getAttribute('href'))!)
    const visited = new Map<string, number>()
    const pressed = new Map<string, number>()
    while (queue.length) {
      const url = new URL(queue.shift()!, page.url())
      const kind = kindOf(url)
      const before = visited.get(kind) ?? 0
      if (before >= (kind.endsWith(':id?') ? RECORDS_OF_A_KIND : 1)) continue
      visited.set(kind, before + 1)
      await page.goto(url.href)
      await questions.answered()
      if (await page.getByRole('heading', { level: 1, name: '没有可看的页面' }).count())
        questions.refused.push(`nothing to see on ${url.href}`)
      const links = await page
        .locator('main a[href]')
        .evaluateAll((all) =>
          all.map((one) => [one.getAttribute('href')!, one.hasAttribute('download')] as const),
        )
      for (const [href, isFile] of links) {
        const file = kindOf(new URL(href, url))
        if (!isFile) queue.push(href)
        else if (!visited.has(file)) {
          visited.set(file, 1)
          const answer = await page.request.get(href)
          if (!answer.ok())
            questions.refused.push(`${answer.status()} GET ${href} on ${url.href}: ${await answer.text()}`)
        }
      }
      await pressAll(page, questions, pressed)
    }

    expect(questions.refused).toEqual([])
    expect(faults).toEqual([])
  })
}
