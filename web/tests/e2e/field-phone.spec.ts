/** The phone's page against the program itself: what is recorded at a door is on the server, once, and undone there too. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
test.describe.configure({ mode: 'serial' })

interface Answer {
  worker: string
  doors: {
    place: string
    label: string
    screening: string | null
    screening_result: string | null
    people: { id: string; name: string }[]
    tasks: { id: string; person: string; state: string; result: string | null; tries: number }[]
  }[]
}
/** A door's row of somebody on a list, by the senders the example has; and one that the daily round alone asks for. */
const senders = '火车站|高速卡口|发热门诊|外省推送|企业返岗'
const onList = new RegExp(senders)
const screeningOnly = new RegExp(`^(?!.*(${senders})).*(待办|逾期).*健康筛查`)

async function signIn(page: Page): Promise<string[]> {
  const faults: string[] = []
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(message.text())
    )
      faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  await page.goto('/field/')
  await page.getByRole('listitem').getByRole('button', { name: '网格员' }).first().tap()
  await page.locator('.unit').first().waitFor()
  return faults
}
const today = (page: Page): Promise<Answer> =>
  page.evaluate(async () => (await fetch('/api/v1/field/today')).json() as Promise<never>)
const doorOf = async (page: Page, label: string) =>
  (await today(page)).doors.find((door) => door.label === label)!
const sendNow = async (page: Page): Promise<void> => {
  await page.goto('/field/outbox')
  const send = page.getByRole('button', { name: '现在发送' })
  if (await send.isEnabled()) await send.tap()
  await expect(page.getByText('都已发出')).toBeVisible()
}
/** A door that is listed, by what its row says. */
async function listed(page: Page, words: RegExp): Promise<{ label: string; unit: string }> {
  const row = page.locator('.door').filter({ hasText: words }).first()
  const short = (await row.locator('.door-no').textContent())!.trim()
  const unit = (await row.locator('xpath=ancestor::section').locator('.unit-name').textContent())!.trim()
  return { label: unit + short, unit }
}

test('three taps for somebody seen; the server has it, and a withdrawal opens the task again', async ({
  page,
}) => {
  const faults = await signIn(page)
  const { label } = await listed(page, onList)
  await page.locator('.door').filter({ hasText: onList }).first().locator('.door-main').tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  await page.getByRole('button', { name: '36.5', exact: true }).tap()
  await expect(page.locator('.own')).toContainText('见到了 36.5 ℃')
  await sendNow(page)
  const task = (await doorOf(page, label)).tasks[0]!
  expect(task).toMatchObject({ state: 'done', result: 'seen' })

  await page.goto('/field/outbox')
  await page.locator('.fact-line').first().tap()
  await page.getByRole('button', { name: '撤回' }).tap()
  await expect
    .poll(async () => (await doorOf(page, label)).tasks.find((one) => one.id === task.id)?.state)
    .toBe('open')
  expect(faults).toEqual([])
})

test('a household that is well, one tap; not home counts a try; a fever raises the alarm', async ({
  page,
}) => {
  await signIn(page)
  const well = await listed(page, screeningOnly)
  await page.locator('.door-quick').first().tap()
  const { label } = await listed(page, onList)
  const before = (await doorOf(page, label)).tasks[0]!.tries
  await page.locator('.door').filter({ hasText: onList }).first().locator('.door-main').tap()
  await page.getByRole('button', { name: '不在家' }).tap()
  await expect(page.locator('.undo')).toContainText('不在家')
  await sendNow(page)
  expect((await doorOf(page, label)).tasks[0]!.tries).toBe(before + 1)
  expect(await doorOf(page, well.label)).toMatchObject({ screening: 'done', screening_result: 'normal' })

  await page.goto('/field/')
  await page.locator('.door').filter({ hasText: onList }).first().locator('.door-main').tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  await page.getByRole('button', { name: '高一度' }).tap()
  await page.getByRole('button', { name: '37.9', exact: true }).tap()
  await page.getByRole('button', { name: '37.8', exact: true }).tap()
  await page.getByRole('button', { name: '记为发热' }).tap()
  // Nobody waits ten seconds for a fever.
  await expect.poll(async () => (await doorOf(page, label)).tasks[0]!.state, { timeout: 5000 }).toBe('done')
})

test('moved within the district: the place is searched, and the task goes on there', async ({ page }) => {
  await signIn(page)
  const { label } = await listed(page, onList)
  const task = (await doorOf(page, label)).tasks.find((one) => one.state === 'open')!
  await page.locator('.door').filter({ hasText: onList }).first().locator('.door-main').tap()
  await page.getByRole('button', { name: '搬走' }).tap()
  await page.getByLabel('搬到').fill('春华')
  await page.locator('.sheet .choice').first().tap()
  await page.getByRole('button', { name: '保存' }).tap()
  await expect(page.locator('.undo')).toContainText('已记下')
  await sendNow(page)
  await expect
    .poll(async () => (await doorOf(page, label)).tasks.find((one) => one.id === task.id)?.state)
    .toBe('passed')
  await page.locator('.fact-line').first().tap()
  await expect(page.locator('.fact-open').first()).toContainText('转到')
})

test('the number is shown for a reason, and dialled', async ({ page }) => {
  await signIn(page)
  await page.locator('.door').filter({ hasText: onList }).first().locator('.door-main').tap()
  await page.locator('.dial').last().tap()
  await page.getByRole('button', { name: '询问健康' }).tap()
  const call = page.getByRole('link', { name: '拨打' })
  await expect(call).toHaveAttribute('href', /^tel:\+86\d{9,11}$/)
})

test('a unit at one go is stored whole', async ({ page }) => {
  await signIn(page)
  await page.locator('.unit-batch').last().tap()
  const boxes = page.locator('.batch-box')
  await boxes.first().waitFor()
  const n = await boxes.count()
  for (let at = 0; at < n; at += 1) {
    await boxes.nth(at).fill(`36${at % 10}`)
    await boxes.nth(at).press('Enter')
  }
  const unit = (await page.locator('h1').textContent())!.trim()
  await page.getByRole('button', { name: `保存 ${n} 条` }).tap()
  await expect(page.getByText(`已记下 ${n} 条。`)).toBeVisible()
  await sendNow(page)
  const left = (await today(page)).doors.filter(
    (door) =>
      door.label.startsWith(unit) &&
      (door.screening === 'open' ||
        door.screening === 'tried' ||
        door.tasks.some((task) => task.state === 'open')),
  )
  expect(left).toEqual([])
})

test('without a network it starts, records and keeps; with one it sends, once', async ({ page, context }) => {
  await signIn(page)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
  await context.setOffline(true)
  await page.reload()
  await page.locator('.unit').first().waitFor()
  const first = await listed(page, screeningOnly)
  await page.locator('.door-quick').first().tap()
  await expect(page.locator('.queue')).toContainText('待发 1')
  await page.close()
  const again = await context.newPage()
  await again.goto('/field/')
  // The browser may run the service worker's sync of itself, for which the test's network is not always off.
  await expect(again.locator('.queue')).toContainText(/待发 1|已发完/)
  await context.setOffline(false)
  await expect(again.locator('.queue')).toContainText('已发完', { timeout: 20_000 })
  await expect.poll(async () => (await doorOf(again, first.label)).screening).toBe('done')
})

test('with no page open the service worker sends what waits', async ({ page, context, baseURL }) => {
  await signIn(page)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
  await context.setOffline(true)
  const { label } = await listed(page, screeningOnly)
  await page.locator('.door-quick').first().tap()
  await expect(page.locator('.queue')).toContainText('待发 1')
  const other = await context.newPage()
  const browser = await context.newCDPSession(other)
  const registered = new Promise<string>((found) =>
    browser.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find((one) => one.scopeURL.endsWith('/field/'))
      if (own) found(own.registrationId)
    }),
  )
  await other.goto('about:blank')
  await page.close()
  await context.setOffline(false)
  await other.goto(`${baseURL}/healthz`)
  await browser.send('ServiceWorker.enable')
  await browser.send('ServiceWorker.dispatchSyncEvent', {
    origin: baseURL!,
    registrationId: await registered,
    tag: 'outbox',
    lastChance: false,
  })
  await expect.poll(async () => (await doorOf(other, label)).screening).toBe('done')
})

test('somebody found at a door is registered without a network, sent once, corrected, and can be withdrawn', async ({
  page,
  context,
}) => {
  const faults = await signIn(page)
  const { label } = await listed(page, /健康筛查/)
  await page
    .locator('.door')
    .filter({ hasText: /健康筛查/ })
    .first()
    .locator('.door-main')
    .tap()
  await context.setOffline(true)
  await page.getByRole('button', { name: /登记一人/ }).tap()
  const sheet = page.locator('.sheet')
  await expect(sheet.getByRole('button', { name: '登记', exact: true })).toBeDisabled()
  await sheet.getByLabel('姓名').fill('完颜新来')
  await sheet.getByLabel('电话').fill('15400001234')
  await sheet.getByLabel('证件号').fill('219999198903144546')
  await expect(sheet.getByText('最后一位对不上')).toBeVisible()
  await sheet.getByLabel('证件号').fill('')
  await sheet.getByLabel('与户主关系').selectOption({ label: '其他' })
  expect((await new AxeBuilder({ page }).include('.sheet').analyze()).violations).toEqual([])
  await sheet.getByRole('button', { name: '登记', exact: true }).tap()
  const card = page.locator('.card').filter({ hasText: '完颜新来' })
  await expect(card).toContainText('新登记')
  await context.setOffline(false)
  await sendNow(page)
  const peopleNamed = (
    name: string,
  ): Promise<{ id: string; name: string; state: string; phone_tail: string | null }[]> =>
    page.evaluate(async (asked) => {
      const answer = await fetch('/api/v1/people?q=' + encodeURIComponent(asked))
      return ((await answer.json()) as { items: never[] }).items
    }, name)
  expect(await peopleNamed('完颜新来')).toMatchObject([{ state: 'living', phone_tail: '1234' }])
  expect((await doorOf(page, label)).people.map((person) => person.name)).toContain('完颜新来')
  // No number stays on the phone.
  const kept = await page.evaluate(
    () =>
      new Promise<string>((done) => {
        const open = indexedDB.open('wangge-field')
        open.onsuccess = () => {
          const all = open.result.transaction('facts').objectStore('facts').getAll()
          all.onsuccess = () => done(JSON.stringify(all.result))
        }
      }),
  )
  expect(kept).toContain('完颜新来')
  expect(kept).not.toContain('15400001234')
  // Whoever registered them corrects the name that day; the number left empty stays as it is.
  await page.locator('.fact-line').filter({ hasText: '完颜新来' }).tap()
  await page.getByRole('button', { name: '更正', exact: true }).tap()
  await sheet.getByLabel('姓名').fill('完颜新莱')
  await sheet.getByRole('button', { name: '更正', exact: true }).tap()
  await expect(sheet).toBeHidden() // it closes once the correction is kept
  await sendNow(page)
  expect(await peopleNamed('完颜新莱')).toMatchObject([{ state: 'living', phone_tail: '1234' }])
  expect(await peopleNamed('完颜新来')).toEqual([])
  await page.locator('.fact-line').filter({ hasText: '完颜新莱' }).first().tap()
  await page.getByRole('button', { name: '撤回登记' }).tap()
  await expect
    .poll(async () => (await peopleNamed('完颜新莱')).map((person) => person.state))
    .toEqual(['gone'])
  expect(faults).toEqual([])
})
