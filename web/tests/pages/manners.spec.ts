/** How pages behave when there is nothing, when something fails, and when the session ends. */
import { expect, test } from '@playwright/test'
import { listRows, reviewItem } from './answers'
import { mock } from './mock'

const nothing = { items: [], next: null }

test('an empty page says what will appear and what to do', async ({ page }) => {
  await mock(page, { instead: { lists: nothing } })
  await page.goto('/desk/lists')
  await expect(page.locator('.empty')).toContainText('还没有名单')
  await expect(page.locator('.empty').getByRole('link', { name: '导入名单' })).toBeVisible()
})

test('nobody left to reach is said as good news', async ({ page }) => {
  await mock(page, { instead: { tasks: nothing } })
  await page.goto('/desk/tasks')
  await expect(page.locator('.empty')).toContainText('没有未见到的人')
})

test('a failure speaks in words and can be tried again', async ({ page }) => {
  const instead: Record<string, unknown> = { lists: 503 }
  await mock(page, { instead })
  await page.goto('/desk/lists')
  await expect(page.getByRole('alert')).toContainText('服务器正忙')
  instead.lists = { items: listRows, next: null }
  await page.getByRole('button', { name: '重试' }).click()
  await expect(page.locator('.table tbody tr')).toHaveCount(listRows.length)
})

test('what a filter hides is not called empty', async ({ page }) => {
  await mock(page, { instead: { people: nothing } })
  await page.goto('/desk/people?q=zzz')
  await expect(page.locator('.empty')).toContainText('没有找到')
})

test('a session that ended leads to signing in, and back to the page', async ({ page }) => {
  const instead: Record<string, unknown> = {}
  await mock(page, { instead })
  await page.goto('/desk/lists')
  await expect(page.locator('.table tbody tr').first()).toBeVisible()
  instead.tasks = 401
  await page.getByRole('link', { name: '任务' }).click()
  await expect(page).toHaveURL(/sign-in/)
  await expect(page.getByRole('status')).toContainText('登录已过期')
  delete instead.tasks
  await page.getByLabel('帐号', { exact: true }).fill('qu01')
  await page.getByLabel('密码', { exact: true }).fill('x')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page).toHaveURL(/\/desk\/tasks/)
})

test('without a network the page says so and keeps what was typed', async ({ page, context }) => {
  await mock(page)
  await page.goto('/desk/password')
  await page.getByLabel('现在的密码').fill('old-password-1')
  await page.getByLabel('新密码', { exact: true }).fill('new-password-1')
  await page.getByLabel('再输一次新密码').fill('new-password-1')
  await page.unroute('**/api/v1/**')
  await context.setOffline(true)
  await page.getByRole('button', { name: '修改', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('没有连上服务器')
  await expect(page.getByLabel('现在的密码')).toHaveValue('old-password-1')
})

test('arrows choose the candidate, and keys typed into a field decide nothing', async ({ page }) => {
  const decided: unknown[] = []
  await mock(page)
  await page.route('**/api/v1/review/decide', async (route) => {
    decided.push(route.request().postDataJSON())
    await route.fulfill({ json: { decision: '0190c000-0000-7000-8000-000000000001', left: 9 } })
  })
  await page.goto('/desk/review')
  await expect(page.locator('.evidence')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /王晓玮/ })).toHaveAttribute('aria-checked', 'true')
  await page.locator('#find').fill('1')
  await page.locator('#find').press('1')
  expect(decided).toEqual([])
  await page.locator('.review').focus()
  await page.keyboard.press('1')
  await expect(page.locator('.decided li')).toHaveCount(1)
  expect(decided).toHaveLength(1)
  expect(decided[0]).toMatchObject({ verdict: 'same' })
})

test('the row after this one is there before this one is decided', async ({ page }) => {
  let asked = 0
  await mock(page)
  await page.route('**/api/v1/review/next', async (route) => {
    asked += 1
    await route.fulfill({
      json: { item: reviewItem(40 + asked, 100 - asked), left: 100 - asked, by_others: 0 },
    })
  })
  await page.goto('/desk/review')
  await expect(page.locator('.evidence thead')).toContainText('第 41 行')
  await expect.poll(() => asked).toBe(2)
  await page.keyboard.press('3')
  await expect(page.locator('.evidence thead')).toContainText('第 42 行')
})

test('on paper there are no ways, filters or buttons, and the watermark stays', async ({ page }) => {
  await mock(page)
  await page.goto('/desk/reports?place=009001')
  await expect(page.locator('.sheet')).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  await expect(page.locator('header.top')).toBeHidden()
  await expect(page.getByRole('button', { name: '签字' })).toBeHidden()
  await expect(page.locator('.sheet')).toBeVisible()
  await expect(page.locator('.watermark')).toBeVisible()
  if (process.env.SHOTS) await page.pdf({ path: `${process.env.SHOTS}/report.pdf`, format: 'A4' })
})
