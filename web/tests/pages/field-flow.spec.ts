/** What the phone's page promises: three taps, undo, nothing lost, nothing twice. The server is made up; storage and the
 * service worker are the browser's own. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { pagesPort } from '../support/pages-port'
import { dist, startStatic } from '../support/static-server'
import { grid, OTHER, serve, WORKER, type FieldServer } from './field-answers'

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })

const HOLD = 10_500
const noWorker = (page: Page) =>
  page.addInitScript(() => {
    navigator.serviceWorker.register = () => Promise.reject(new Error('none here'))
  })
const start = async (page: Page, options: Parameters<typeof serve>[1] = {}): Promise<FieldServer> => {
  await noWorker(page)
  const server = await serve(page, options)
  await page.goto('/field/')
  if (options.signedIn !== null) await page.locator('.unit').first().waitFor()
  return server
}
const doorAt = (page: Page, at: number) => page.locator('.door-main').nth(at)
const key = (page: Page, reading: string) => page.getByRole('button', { name: reading, exact: true })
const waitingText = (page: Page) => page.locator('.queue')
/** Once it is recorded, the time for undo passes. */
const letGo = async (page: Page): Promise<void> => {
  await page.locator('.undo-button').waitFor()
  await page.clock.fastForward(HOLD)
}
const items = (server: FieldServer) => [...server.stored.values()]

test('somebody seen with a plain temperature is three taps', async ({ page }) => {
  const server = await start(page)
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  await key(page, '36.5').tap()
  await expect(page.locator('.undo')).toContainText('见到了 36.5 ℃')
  await expect(page.getByText('已完成')).toBeVisible()
  await letGo(page)
  await expect.poll(() => items(server)).toHaveLength(1)
  const [fact] = items(server)
  const task = server.doors[0]!.tasks[0]!
  expect(fact).toMatchObject({
    programme: 'list_follow_up',
    result: 'seen',
    temperature: 36.5,
    enrolment: task.id,
    person: task.person,
    at: expect.stringMatching(/^2020-02-14T09:40:0\d\+08:00$/),
  })
  expect(fact!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  expect(fact).not.toHaveProperty('round')
})

test('a household that is well is one tap', async ({ page }) => {
  const server = await start(page)
  await page.locator('.door-quick').first().tap()
  await expect(waitingText(page)).toContainText('待发 1')
  await letGo(page)
  await expect(waitingText(page)).toContainText('已发完')
  expect(items(server)[0]).toMatchObject({
    programme: 'daily_screening',
    result: 'normal',
    place: server.doors[1]!.place,
    round: '2020-02-14',
  })
})

test('undo within ten seconds leaves no trace; later it withdraws', async ({ page }) => {
  const server = await start(page)
  await page.locator('.door-quick').first().tap()
  await page.locator('.undo-button').tap()
  await expect(waitingText(page)).toContainText('已发完')
  await page.clock.fastForward(HOLD)
  expect(server.posts).toEqual([])

  await page.locator('.door-quick').first().tap()
  await letGo(page)
  await expect.poll(() => items(server)).toHaveLength(1)
  await doorAt(page, 1).tap()
  await page.getByRole('button', { name: '撤回' }).tap()
  await expect.poll(() => items(server)).toHaveLength(2)
  const [first, second] = items(server)
  expect(second).toMatchObject({ result: 'withdrawn', supersedes: first!.id })
  await expect(page.getByRole('button', { name: '无异常' })).toBeVisible()
})

test('a fever is measured twice and leaves at once', async ({ page }) => {
  const server = await start(page)
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  await page.getByRole('button', { name: '高一度' }).tap()
  await key(page, '37.8').tap()
  await expect(page.locator('.sheet').getByRole('alert')).toContainText('第一次 37.8 ℃')
  await page.waitForTimeout(100)
  expect(server.posts).toEqual([])
  await key(page, '37.6').tap()
  await page.getByRole('button', { name: '记为发热' }).tap()
  await expect.poll(() => items(server)).toHaveLength(1)
  expect(items(server)[0]).toMatchObject({
    temperature: 37.6,
    body: { first_temperature: 37.8, symptoms: ['fever'] },
  })
})

test('a fever that does not get through is said on every page until it does', async ({ page }) => {
  const server = await start(page)
  await doorAt(page, 0).tap()
  server.broken = 'before'
  await page.getByRole('button', { name: '见到了' }).tap()
  await page.getByRole('button', { name: '高一度' }).tap()
  await key(page, '37.8').tap()
  await page.getByRole('button', { name: '没法再量，按这个记' }).tap()
  await page.getByRole('button', { name: '记为发热' }).tap()
  await expect(page.locator('.dock-alarm')).toContainText('请打电话告诉社区')
  await page.getByRole('button', { name: '今天' }).tap()
  await expect(page.locator('.dock-alarm')).toBeVisible()
  server.broken = 'no'
  await page.clock.fastForward(20_000)
  await expect.poll(() => items(server)[0]?.temperature).toBe(37.8)
  await expect(page.locator('.dock-alarm')).toBeHidden()
})

test('a reading out of the ordinary is asked again', async ({ page }) => {
  const server = await start(page)
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  for (let down = 0; down < 3; down += 1) await page.getByRole('button', { name: '低一度' }).tap()
  await key(page, '33.5').tap()
  await expect(page.locator('.sheet').getByRole('alert')).toContainText('33.5 ℃ 不常见')
  await page.getByRole('button', { name: '再量一次' }).tap()
  await page.getByRole('button', { name: '高一度' }).tap()
  await page.getByRole('button', { name: '高一度' }).tap()
  await key(page, '35.9').tap()
  await letGo(page)
  await expect.poll(() => items(server)[0]?.temperature).toBe(35.9)
})

test('a lost answer is asked again and counts once', async ({ page }) => {
  const server = await start(page)
  server.broken = 'after'
  await page.locator('.door-quick').first().tap()
  await letGo(page)
  await expect.poll(() => server.posts.length).toBeGreaterThan(0)
  await expect(waitingText(page)).toContainText('待发 1')
  server.broken = 'no'
  await page.clock.fastForward(20_000)
  await expect(waitingText(page)).toContainText('已发完')
  expect(server.stored.size).toBe(1)
  expect(new Set(server.posts.flat()).size).toBe(1)
})

test('the page may die at any moment: what was recorded is there and is sent', async ({ page, context }) => {
  const server = await start(page)
  server.broken = 'before'
  await page.locator('.door-quick').nth(0).tap()
  await page.locator('.door-quick').nth(2).tap()
  await expect(waitingText(page)).toContainText('待发 2')
  await page.close()
  const again = await context.newPage()
  await noWorker(again)
  server.broken = 'no'
  await again.goto('/field/')
  await expect.poll(() => server.stored.size, { timeout: 15_000 }).toBe(2)
  await expect(waitingText(again)).toContainText('已发完')
})

test('what the server refuses stays, says why, and can be mended', async ({ page }) => {
  const server = await start(page)
  server.refuse = (item) =>
    item.temperature === 36.5 ? { code: 'field_range', detail: '“体温”应在 30.0 与 36.4 之间。' } : null
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  await key(page, '36.5').tap()
  await letGo(page)
  await page.getByRole('link', { name: /没被收下/ }).tap()
  await expect(page.getByText('“体温”应在 30.0 与 36.4 之间。')).toBeVisible()
  await page.reload()
  await expect(page.getByText('需要处理 1')).toBeVisible()
  await page.locator('.fact-line').first().tap()
  await page.getByRole('button', { name: '更正' }).tap()
  await key(page, '36.3').tap()
  await page.getByRole('button', { name: '保存' }).tap()
  await expect.poll(() => items(server)).toHaveLength(1)
  expect(items(server)[0]).toMatchObject({ temperature: 36.3, result: 'seen' })
  await expect(page.getByText('需要处理')).toBeHidden()
})

test('a correction of what was sent supersedes it', async ({ page }) => {
  const server = await start(page)
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '不在家' }).tap()
  await expect(page.getByText('上门 2 次')).toBeVisible()
  await letGo(page)
  await expect.poll(() => items(server)).toHaveLength(1)
  await page.getByRole('button', { name: '更正' }).tap()
  await page.getByRole('button', { name: '拒绝' }).last().tap()
  await page.getByRole('button', { name: '保存' }).tap()
  await expect.poll(() => items(server)).toHaveLength(2)
  const [first, second] = items(server)
  expect(second).toMatchObject({ result: 'refused', supersedes: first!.id, enrolment: first!.enrolment })
})

test('moved: a place of the district by its id, or words without a network', async ({ page }) => {
  const server = await start(page)
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '搬走' }).tap()
  await page.getByLabel('搬到').fill('燕都')
  await page.clock.fastForward(500)
  await page.getByRole('button', { name: '燕都新城' }).tap()
  await page.getByRole('button', { name: '保存' }).tap()
  await letGo(page)
  await expect.poll(() => items(server)).toHaveLength(1)
  expect(items(server)[0]).toMatchObject({ result: 'moved', body: { moved_to_text: '燕都新城' } })
  expect(items(server)[0]!.body!.moved_to).toMatch(/^[0-9a-f-]{36}$/)
})

test('a unit at one go: Enter goes on, a fever is asked again, one save, drafts survive', async ({
  page,
}) => {
  const server = await start(page)
  await page.locator('.unit-batch').first().tap()
  const boxes = page.locator('.batch-box')
  await boxes.nth(0).fill('365')
  await boxes.nth(0).press('Enter')
  await expect(boxes.nth(1)).toBeFocused()
  await boxes.nth(1).fill('36.8')
  await boxes.nth(1).press('Enter')
  await boxes.nth(2).fill('379')
  await boxes.nth(2).press('Enter')
  await expect(boxes.nth(2)).toBeFocused()
  await boxes.nth(2).fill('374')
  await boxes.nth(2).press('Enter')
  await page.locator('.batch-tick').nth(3).tap()
  await expect(page.getByRole('button', { name: '保存 4 条' })).toBeEnabled()
  await page.reload()
  await page.getByRole('button', { name: '保存 4 条' }).tap()
  await expect(page.getByText('已记下 4 条。')).toBeVisible()
  // The fever takes what was made before it along; what came after waits for its undo.
  await expect.poll(() => items(server)).toHaveLength(3)
  await letGo(page)
  await expect.poll(() => items(server)).toHaveLength(4)
  const all = items(server)
  expect(all.map((item) => [item.programme, item.result, item.temperature ?? null])).toEqual([
    ['list_follow_up', 'seen', 36.5],
    ['daily_screening', 'normal', 36.8],
    ['daily_screening', 'fever', 37.4],
    ['list_follow_up', 'not_home', null],
  ])
  expect(all[2]).toMatchObject({ body: { first_temperature: 37.9 } })
})

test('when the session ends the queue stays, and is sent after signing in again', async ({ page }) => {
  const server = await start(page)
  server.signedIn = null
  await page.locator('.door-quick').first().tap()
  await letGo(page)
  await expect(page.getByText('登录已到期')).toBeVisible()
  await expect(page.getByText('这部手机里有 1 条待发')).toBeVisible()
  await page.getByRole('button', { name: /刘敏/ }).tap()
  await expect.poll(() => server.stored.size).toBe(1)
  await expect(waitingText(page)).toContainText('已发完')
})

test('two workers on one phone: each sends their own', async ({ page }) => {
  const server = await start(page)
  server.broken = 'before'
  await page.locator('.door-quick').first().tap()
  await letGo(page)
  await page.getByRole('link', { name: '我的' }).tap()
  await page.getByRole('button', { name: '退出登录' }).tap()
  const left = page.waitForEvent('load')
  await page.getByRole('button', { name: '仍然退出' }).tap()
  await left
  await page.getByLabel('帐号').waitFor()
  server.broken = 'no'
  await page.reload()
  await expect.poll(() => server.signedIn).toBeNull()
  await page.getByRole('button', { name: /孙海涛/ }).tap()
  await page.locator('.unit').first().waitFor()
  await expect(waitingText(page)).toContainText('已发完')
  await page.locator('.door-quick').first().tap()
  await letGo(page)
  await expect.poll(() => items(server).map((item) => item.worker)).toEqual([OTHER])
  await page.getByRole('link', { name: '我的' }).tap()
  await page.getByRole('button', { name: '退出登录' }).tap()
  await page.getByRole('button', { name: /刘敏/ }).tap()
  await expect.poll(() => items(server).map((item) => item.worker)).toEqual([OTHER, WORKER])
})

test('the keyboard reaches everything; Escape closes a sheet and gives the focus back', async ({ page }) => {
  await start(page)
  await doorAt(page, 0).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '见到了' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: '低一度' })).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('button', { name: '返回' })).toBeFocused()
  await page.keyboard.press('Escape')
  await page.clock.runFor(1000)
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByRole('button', { name: '见到了' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('5')
  await expect(page.locator('.undo')).toContainText('36.5')
})

test('the phone’s back key closes the sheet, not the page', async ({ page }) => {
  await start(page)
  await doorAt(page, 0).tap()
  await page.getByRole('button', { name: '见到了' }).tap()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.evaluate(() => window.history.back())
  await page.clock.runFor(1000)
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByRole('button', { name: '见到了' })).toBeVisible()
  await page.evaluate(() => window.history.back())
  await expect(page.locator('.unit').first()).toBeVisible()
})

test('a thousand facts of a day without a network are sent in posts of fifty, in order', async ({ page }) => {
  const doors = grid()
  const server = await start(page, { doors })
  server.broken = 'before'
  await page.evaluate(
    async ({ worker, place }) => {
      const open = indexedDB.open('wangge-field')
      const db = await new Promise<IDBDatabase>((done) => (open.onsuccess = () => done(open.result)))
      const tx = db.transaction('facts', 'readwrite')
      for (let n = 0; n < 1000; n += 1) {
        const id = `01704135-a680-7000-8000-${String(n).padStart(12, '0')}`
        const observation = {
          id,
          at: '2020-02-14T08:00:00+08:00',
          programme: 'daily_screening',
          result: 'normal',
          place,
        }
        tx.objectStore('facts').put({
          id,
          worker,
          state: 'waiting',
          observation,
          shown: { place, door: '601', person: null },
          madeAt: 0,
          holdUntil: 0,
          tries: 0,
        })
      }
      await new Promise((done) => (tx.oncomplete = done))
      db.close()
    },
    { worker: WORKER, place: doors[1]!.place },
  )
  server.broken = 'no'
  await page.reload()
  await expect.poll(() => server.stored.size, { timeout: 20_000 }).toBe(1000)
  expect(server.posts.map((ids) => ids.length)).toEqual(Array.from({ length: 20 }, () => 50))
  expect(server.posts.flat()).toEqual([...server.posts.flat()].sort())
})

/* with the service worker */

async function installed(page: Page, context: BrowserContext): Promise<void> {
  await page.goto('/field/')
  await page.locator('.unit').first().waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null), { timeout: 10_000 })
    .toBe(true)
  expect(context.serviceWorkers()).toHaveLength(1)
}

test('it starts without a network, records, survives a restart, and sends when the network is back', async ({
  page,
  context,
}) => {
  const server = await serve(page, { now: null })
  await installed(page, context)
  await context.setOffline(true)
  server.broken = 'before'
  await page.reload()
  await page.locator('.unit').first().waitFor()
  await expect(page.getByText('没有网络，照常记，联网后自动发送。')).toBeVisible()
  await page.locator('.door-quick').nth(0).tap()
  await page.close()
  const again = await context.newPage()
  await again.goto('/field/')
  await expect(waitingText(again)).toContainText('待发 1')
  await doorAt(again, 0).tap()
  await expect(again.getByRole('button', { name: '见到了' })).toBeVisible()
  server.broken = 'no'
  await context.setOffline(false)
  await expect.poll(() => server.stored.size, { timeout: 20_000 }).toBe(1)
})

test('nothing of the API is kept by the service worker, and the shell is kept whole', async ({
  page,
  context,
}) => {
  await serve(page, { now: null })
  await installed(page, context)
  const kept = await page.evaluate(async () => {
    const names = await caches.keys()
    const urls: string[] = []
    for (const name of names)
      for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname)
    return { names, urls }
  })
  expect(kept.names).toHaveLength(1)
  expect(kept.urls.filter((path) => path.startsWith('/api/'))).toEqual([])
  expect(kept.urls).toContain('/field/')
  expect(kept.urls.filter((path) => path.endsWith('.js')).length).toBeGreaterThan(3)
})

test('a new version waits until it is taken; what waits to be sent stays', async ({ page, context }) => {
  const folder = mkdtempSync(join(tmpdir(), 'wangge-field-'))
  cpSync(dist, folder, { recursive: true })
  const port = pagesPort + 1
  const site = await startStatic(port, folder)
  try {
    const server = await serve(page, { now: null })
    await page.goto(`http://127.0.0.1:${port}/field/`)
    await page.locator('.unit').first().waitFor()
    await expect
      .poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null), { timeout: 10_000 })
      .toBe(true)
    server.broken = 'before'
    await page.locator('.door-quick').first().tap()

    const html = join(folder, 'field/index.html')
    writeFileSync(html, readFileSync(html, 'utf8').replace('<title>', '<title>2 '))
    const script = join(folder, 'field/sw.js')
    const old = /[0-9a-f]{16}/.exec(readFileSync(script, 'utf8'))![0]
    writeFileSync(script, readFileSync(script, 'utf8').replace(old, 'feedfeedfeedfeed'))
    await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()))
    await expect(page.getByText('有新版本')).toBeVisible()
    await page.reload()
    expect(await page.evaluate(() => document.querySelector('title')?.textContent)).not.toContain('2 ')
    await page.locator('.unit').first().waitFor()
    const taken = page.waitForEvent('load')
    await page.getByRole('button', { name: '更新' }).tap()
    await taken
    await expect(waitingText(page)).toContainText('待发 1')
    const kept = await page.evaluate(async () => {
      const [name] = await caches.keys()
      return { name, html: await (await (await caches.open(name!)).match('/field/'))?.text() }
    })
    expect(kept.name).toContain('feedfeedfeedfeed')
    expect(kept.html).toContain('<title>2 ')
    server.broken = 'no'
    await page.getByRole('link', { name: /待发/ }).first().tap()
    await page.getByRole('button', { name: '现在发送' }).tap()
    await expect.poll(() => server.stored.size).toBe(1)
    expect(context.serviceWorkers().length).toBeGreaterThan(0)
  } finally {
    site.closeAllConnections()
    await new Promise((done) => site.close(done))
    rmSync(folder, { recursive: true, force: true })
  }
})
