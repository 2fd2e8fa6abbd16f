import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Locator, type Page } from '@playwright/test'
import { count, signIn } from './desk'

/** What an opened choice offers. */
const choices = (page: Page): Locator => page.locator('.el-select-dropdown__item:visible')

test('tasks nobody holds are given to a worker', async ({ page }) => {
  const faults = await signIn(page, 'district')
  await page.goto('/desk/tasks?pool=1')
  const rows = page.locator('.table tbody tr')
  await expect(rows.first()).toBeVisible()
  const chosen = await rows.nth(0).locator('a').first().getAttribute('href')
  await rows.nth(0).getByRole('checkbox').check()
  await rows.nth(1).getByRole('checkbox').check()
  await expect(page.locator('.assign')).toContainText('2')
  await page.getByRole('combobox', { name: '某个人员' }).click()
  await choices(page).first().click()
  await page.getByRole('button', { name: '分派' }).click()
  await expect(page.getByText('已分派 2 人。')).toBeVisible()
  await expect(page.locator(`.table a[href="${chosen}"]`)).toHaveCount(0)
  expect(faults).toEqual([])
})

test('a full number is shown by holding, for a stated purpose, and the look is on record', async ({
  page,
}) => {
  await signIn(page, 'community')
  await page.goto('/desk/people')
  await page.locator('.table tbody tr').filter({ hasText: '在住' }).locator('a').first().click()
  const idno = page.locator('.facts > div').filter({ hasText: '证件号' })
  await expect(idno).toContainText('…')
  const hold = idno.getByRole('button', { name: '按住查看' })
  await hold.click()
  await expect(page.getByRole('dialog')).toHaveCount(0) // a mere click is not enough
  await hold.hover()
  await page.mouse.down()
  await page.waitForTimeout(800)
  await page.mouse.up()
  await page.getByLabel('核对身份').check()
  await page.getByRole('dialog').getByRole('button', { name: '查看', exact: true }).click()
  await expect(idno.locator('.tail')).toHaveText(/^[0-9]{17}[0-9X]$/)
  await page.getByText('谁看过').click()
  await expect(page.locator('details .table tbody')).toContainText('看完整号码')
  await expect(page.locator('details .table tbody')).toContainText('核对身份')
})

test('a person is corrected, and the change is kept', async ({ page }) => {
  await signIn(page, 'community')
  await page.goto('/desk/people')
  await page.locator('.table tbody tr').filter({ hasText: '在住' }).locator('a').first().click()
  await page.getByRole('button', { name: '更正' }).click()
  await page.getByLabel('备注').fill('晚上七点以后在家')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('晚上七点以后在家')).toBeVisible()
})

test('the community signs its report, the street verifies it', async ({ page, browser }) => {
  await signIn(page, 'community')
  await page.goto('/desk/reports')
  await page.getByLabel('说明').fill('正常')
  await page.getByRole('button', { name: '签字' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '签字' }).click()
  await expect(page.getByText('已签字。')).toBeVisible()
  await expect(page.locator('.sheet-signatures')).not.toContainText(/社区签字\s*未签/)

  const context = await browser.newContext({ locale: 'zh-CN' })
  const street = await context.newPage()
  await signIn(street, 'street')
  await street.goto('/desk/reports')
  await street.locator('.matrix').getByRole('link', { name: '燕南社区' }).click()
  await street.getByRole('button', { name: '审核' }).click()
  await street.getByRole('dialog').getByRole('button', { name: '审核' }).click()
  await expect(street.getByText('已审核。')).toBeVisible()
  await context.close()
})

test('a figure of the report opens to as many rows as it says', async ({ page }) => {
  await signIn(page, 'community')
  await page.goto('/desk/reports')
  const figure = page.locator('.sheet tbody tr').filter({ hasText: '尚未见到' }).locator('a')
  const expected = count(await figure.textContent())
  await figure.click()
  await expect(page).toHaveURL(/figure=/)
  if (expected) await expect(page.locator('.table-box .table tbody tr')).toHaveCount(Math.min(50, expected))
})

test('a place is given to somebody, and shows who answers for it', async ({ page }) => {
  await signIn(page, 'district')
  await page.goto('/desk/places?view=gaps')
  await page.getByRole('button', { name: '指定负责人' }).first().click()
  await page.getByRole('dialog').getByRole('combobox', { name: '人员' }).click()
  await choices(page).nth(1).click()
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('已指定。')).toBeVisible()
})

test('the keeper adds an account, and it can sign in', async ({ page, browser }) => {
  await signIn(page, 'keeper')
  await page.getByRole('button', { name: '新建帐号' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('姓名').fill('测试员')
  await dialog.getByLabel('岗位').selectOption('clerk')
  await dialog.getByLabel('帐号').first().fill('clerk9')
  await dialog.getByLabel('初始密码').fill('long-enough-7391')
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('测试员已保存。')).toBeVisible()
  const context = await browser.newContext({ locale: 'zh-CN' })
  const other = await context.newPage()
  await other.goto('/desk/sign-in')
  await other.getByLabel('帐号', { exact: true }).fill('clerk9')
  await other.getByLabel('密码', { exact: true }).fill('long-enough-7391')
  await other.getByRole('button', { name: '登录', exact: true }).click()
  await expect(other.locator('header.top')).toBeVisible()
  await context.close()
})

test('every sum holds', async ({ page }) => {
  await signIn(page, 'keeper')
  await page.goto('/desk/check')
  await expect(page.locator('.check-all')).toContainText('全部成立')
})

test('the keeper makes an account and gives it its first place, and sees no residents', async ({ page }) => {
  const faults = await signIn(page, 'keeper')
  await page.getByRole('button', { name: '新建帐号' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('姓名').fill('试验员甲')
  await form.getByLabel('帐号', { exact: true }).fill('first-duty')
  await form.getByLabel('初始密码').fill('a long enough one 7')
  await form.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('试验员甲已保存')).toBeVisible()
  await page.goto('/desk/places')
  await expect(page.getByRole('search')).toHaveCount(0)
  await page.locator('.table tbody').getByRole('button', { name: '指定负责人' }).first().click()
  await page.getByRole('combobox', { name: '人员' }).click()
  await page.getByRole('combobox', { name: '人员' }).fill('试验员')
  await choices(page).filter({ hasText: '还没有负责的地方' }).first().click()
  await page.getByLabel('职责').selectOption('help')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('已指定')).toBeVisible()
  await page.goto('/desk/places?view=workers&q=试验员甲')
  await expect(page.locator('.table tbody tr')).toContainText('试验员甲')
  expect(faults).toEqual([])
})

test('tasks, doors and the audit go out as files: all rows of the page, and on record', async ({ page }) => {
  const lines = (text: string): string[] => text.trim().split('\n')
  const faults = await signIn(page, 'district')
  const file = async (name: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.panel-links').getByRole('link', { name }).click(),
    ])
    return readFileSync(await download.path(), 'utf8')
  }
  await page.goto('/desk/tasks?view=doors&state=done')
  await expect(page.locator('.table tbody tr').first()).toBeVisible()
  const doors = lines(await file('CSV'))
  expect(doors[0]).toContain('社区村')
  // All of the district is more than the server reads at a time: no door twice, and none lost.
  const all = lines(await (await page.request.get('/api/v1/export/households?format=csv')).text()).slice(1)
  expect(all.length).toBeGreaterThan(1000)
  expect(new Set(all.map((line) => line.split(',').slice(0, 3).join())).size).toBe(all.length)
  await page.goto('/desk/tasks?state=overdue')
  await expect(page.locator('.table tbody tr').first()).toBeVisible()
  expect((await file('XLSX')).slice(0, 2)).toBe('PK')
  await page.goto('/desk/audit?verb=household.export')
  await expect(page.locator('.table tbody tr')).toHaveCount(2)
  await expect(page.locator('.table tbody tr').last()).toContainText(`${doors.length - 1} rows`)
  const audit = lines(await file('CSV'))
  expect(audit).toHaveLength(3)
  expect(faults).toEqual([])
})

test('a grid or a door is named with its community where several are in sight, and not where one is', async ({
  page,
}) => {
  const cells = (): Locator => page.locator('.table tbody tr td:first-child')
  await signIn(page, 'district')
  await page.goto('/desk/places?view=duties')
  await expect(cells().filter({ hasText: '第四网格' }).first()).toContainText(/(社区|村)\s*第四网格/)
  await page.goto('/desk/tasks?view=doors')
  await expect(page.locator('.place-community').first()).toHaveText(/社区|村/)
  const inside = await page.request.get('/api/v1/places/search?q=&level=2&limit=1')
  const community = ((await inside.json()) as { items: { path: string }[] }).items[0]!.path
  await page.goto(`/desk/places?view=duties&place=${community}`)
  await expect(cells().filter({ hasText: '第一网格' }).first()).toBeVisible()
  await expect(page.locator('.place-community')).toHaveCount(0)
})

test('a day is typed as anybody writes it, and read back in the language of the page', async ({ page }) => {
  await signIn(page, 'district')
  await page.goto('/desk/reports')
  const day = page.getByLabel('日期')
  const today = await day.inputValue()
  await day.press('ArrowDown')
  await expect(page).toHaveURL(/day=/)
  await expect(page.locator('.date-words')).toHaveText(/月.*星期/)
  await day.fill(today.replace(/-0?/g, '/'))
  await expect(page).not.toHaveURL(/day=/)
  await day.fill('2020-02-30')
  await expect(page.locator('.date-words')).toHaveText('写成 2020-02-14 这样')
  await expect(day).toHaveAttribute('aria-invalid', 'true')
  expect((await new AxeBuilder({ page }).include('.page-head').analyze()).violations).toEqual([])
})

test('whoever and whatever is chosen already stands there by name', async ({ page }) => {
  await signIn(page, 'district')
  await page.goto('/desk/places?view=workers')
  const row = page
    .locator('.table tbody tr')
    .filter({ has: page.locator('a.state-overdue') })
    .first()
  const name = (await row.locator('td').first().textContent())!.trim()
  await row.locator('a.state-overdue').click()
  await expect(page.locator('.filters .el-select')).toContainText(name)
  await page.context().clearCookies()
  await signIn(page, 'community')
  await page.goto('/desk/people')
  await page.locator('.table tbody tr').filter({ hasText: '在住' }).locator('a').first().click()
  const door = (await page.locator('.facts dd a').first().textContent())!.trim()
  await page.getByRole('button', { name: '更正' }).click()
  await expect(page.getByRole('dialog').locator('.el-select')).toContainText(door)
})
