import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { count, signIn } from './desk'

test('the sums add up, and an overdue number opens to as many rows', async ({ page }) => {
  const faults = await signIn(page, 'district')
  const lines = page.locator('.today-sum .sum-line')
  await expect(lines).toHaveCount(2)
  for (const line of await lines.all()) {
    const [due, ...parts] = (await line.locator('b').allTextContents()).map(count)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(due)
  }
  const overdue = page.locator('.today-sum').nth(1).locator('a.state-overdue')
  const expected = count(await overdue.locator('b').textContent())
  expect(expected).toBeGreaterThan(0)
  await overdue.click()
  await expect(page).toHaveURL(/state=overdue/)
  const rows = page.locator('.table tbody tr')
  await expect(rows.first()).toBeVisible()
  await expect(rows).toHaveCount(expected)
  expect(faults).toEqual([])
})

test('choosing a place reads the same page there, and the address can be sent', async ({ page, context }) => {
  await signIn(page, 'district')
  await page.locator('.crumb-here').click()
  await page.locator('.crumb-list').getByRole('button', { name: '燕北街道' }).click()
  await expect(page.locator('.page-about')).toContainText('燕北街道')
  const street = count(await page.locator('.today-sum b').first().textContent())
  const other = await context.newPage()
  await other.goto(page.url())
  await expect(other.locator('.page-about')).toContainText('燕北街道')
  expect(count(await other.locator('.today-sum b').first().textContent())).toBe(street)
})

test('children come by trouble, and their sums make the whole', async ({ page }) => {
  await signIn(page, 'district')
  const due = count(await page.locator('.today-sum').nth(0).locator('b').first().textContent())
  const bars = page.locator('.below tbody tr .sums-bar')
  await expect(bars.first()).toBeVisible()
  const labels = await bars.evaluateAll((bars) =>
    bars.filter((_, at) => at % 2 === 0).map((bar) => bar.getAttribute('aria-label') ?? ''),
  )
  const dues = labels.map((label) => count(/^[^：]*/.exec(label)?.[0] ?? ''))
  expect(dues.reduce((sum, one) => sum + one, 0)).toBe(due)
})

test('an alarm is taken, then closed with what was done', async ({ page }) => {
  await signIn(page, 'district')
  const alarm = page.locator('#alarms li').filter({ has: page.getByRole('button', { name: '接手' }) })
  await expect(alarm.first()).toBeVisible()
  const before = await alarm.count()
  await alarm.first().getByRole('button', { name: '接手' }).click()
  await expect(alarm).toHaveCount(before - 1)
  const taken = page.locator('#alarms li').filter({ hasText: '已接手' })
  await taken.getByRole('button', { name: '办结' }).first().click()
  await page.getByLabel('怎么处理的').fill('复测 36.8 ℃，已转告社区医生')
  await page.getByRole('dialog').getByRole('button', { name: '办结' }).click()
  await expect(page.getByText('已办结。')).toBeVisible()
})

test('an officer sees nothing outside the duty', async ({ page }) => {
  await signIn(page, 'community')
  await page.goto('/desk/?place=001')
  await expect(page.getByRole('alert').first()).toContainText('没有找到')
})

test('every page is clean by axe and breaks no policy', async ({ browser }) => {
  test.setTimeout(240_000)
  for (const role of ['district', 'keeper'] as const) {
    const context = await browser.newContext({ locale: 'zh-CN' })
    const page = await context.newPage()
    const faults = await signIn(page, role)
    const ways = page.locator('nav.ways a')
    await expect(ways.first()).toBeVisible()
    for (let at = 0; at < (await ways.count()); at += 1) {
      await ways.nth(at).click()
      await page.waitForLoadState('networkidle')
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
      const name = await ways.nth(at).textContent()
      expect(found.violations.map((one) => `${name}: ${one.id}`)).toEqual([])
    }
    expect(faults).toEqual([])
    await context.close()
  }
})

test('people to reach are counted two ways, and both pages say which', async ({ page }) => {
  await signIn(page, 'district')
  // A street whose reports nobody signs in these tests: a signed sheet stands still.
  await page.goto('/desk/?place=001')
  const missing = count(await page.locator('#missing-title b').textContent())
  await expect(page.locator('.today-sum .sum-about')).toContainText('按期限分批')
  await page.goto('/desk/reports?place=001')
  await expect(page.locator('.sheet .sum-about')).toContainText('0 至 24 时')
  const left = count(
    await page.locator('.sheet tbody tr').filter({ hasText: '尚未见到' }).locator('td').first().textContent(),
  )
  // What the report leaves out are those whom no community has, and it leads to them.
  await page.locator('.sheet .sum-about').getByRole('link').click()
  await expect(page).toHaveURL(/tasks\?.*pool=1/)
  const above = await page.evaluate(async () => {
    const answer = await fetch('/api/v1/today?place=001')
    const today = (await answer.json()) as {
      children: { follow_up: { open: number; overdue: number } }[]
      follow_up: { open: number; overdue: number }
    }
    const of = (sums: { open: number; overdue: number }): number => sums.open + sums.overdue
    return of(today.follow_up) - today.children.reduce((all, child) => all + of(child.follow_up), 0)
  })
  expect(left + above).toBe(missing)
})
