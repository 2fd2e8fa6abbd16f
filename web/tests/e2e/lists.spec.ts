import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { count, signIn } from './desk'

function listFile(begins: string): string {
  const folder = join(process.env.WANGGE_E2E_DATA!, 'lists')
  return join(
    folder,
    readdirSync(folder).find((name) => name.startsWith(begins))!,
  )
}

type ListFile = Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]

async function upload(page: Page, file: ListFile, source: string): Promise<void> {
  await page.goto('/desk/lists/import')
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByLabel('谁发来的').fill(source)
  await page.getByRole('button', { name: '读取文件' }).click()
}

test.describe.configure({ mode: 'serial' })

test('a list comes in: file, columns, receipt; the receipt is a sum to the last row', async ({ page }) => {
  const faults = await signIn(page, 'data')
  await upload(page, listFile('04'), '外省推送')
  await expect(page.locator('.file-line')).toContainText('XLS')
  const kinds = page.locator('.columns select')
  await expect(kinds.nth(3)).toBeVisible()
  await page.getByRole('button', { name: '明早 8:00' }).click()
  await page.getByRole('button', { name: '开始比对' }).click()
  const line = page.locator('.sum-line').first()
  await expect(line).toContainText('收到', { timeout: 30_000 })
  const [received, ...parts] = (await line.locator('b').allTextContents()).map(count)
  expect(received).toBeGreaterThan(300)
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(received)
  expect(faults).toEqual([])
})

test('the same file again is recognised and wants a second word', async ({ page }) => {
  await signIn(page, 'data')
  await upload(page, listFile('04'), '外省推送')
  await expect(page.getByRole('alert').first()).toContainText('以前导入过')
  await page.getByRole('button', { name: '明早 8:00' }).click()
  await expect(page.getByRole('button', { name: '开始比对' })).toBeDisabled()
  await page.getByLabel('仍然再导入一次').check()
  await expect(page.getByRole('button', { name: '开始比对' })).toBeEnabled()
  await page.getByRole('button', { name: '不要这份文件' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '不要这份文件' }).click()
  await expect(page.getByText('把文件拖到这里')).toBeVisible()
})

test('rejected rows say why, are mended in place, and go out as a file', async ({ page }) => {
  await signIn(page, 'data')
  const text =
    '姓名,证件号码,联系电话,来自\n赫连试一,,15400007001,沈阳\n,2.11302E+17,,沈阳\n,2.11302E+17,,锦州\n'
  await upload(page, { name: '坏行.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }, '火车站')
  await page.getByRole('button', { name: '明早 8:00' }).click()
  await page.getByRole('button', { name: '开始比对' }).click()
  await expect(page.locator('.sum-line').first()).toContainText('收到', { timeout: 30_000 })
  await page.goto('/desk/lists')
  const rejected = page.locator('.table tbody a.state-overdue').first()
  await expect(rejected).toContainText('2')
  await rejected.click()
  const rows = page.locator('.table-box .table tbody tr')
  await expect(rows).toHaveCount(2)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.panel-links').getByRole('link', { name: 'CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/\.csv$/)

  await rows.first().getByRole('button', { name: '修改' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('退回')
  const name = dialog.locator('.mend-cell').filter({ hasText: '姓名' }).getByRole('textbox').first()
  await name.fill('试验人')
  await dialog.getByRole('button', { name: '保存并重新比对' }).click()
  await expect(page.getByText(/行已改，现在是/)).toBeVisible()
})

test('doubtful rows are decided by keys, and taken back', async ({ page }) => {
  const faults = await signIn(page, 'clerk')
  const left = page.locator('.left-count b')
  await expect(left).toBeVisible()
  const before = count(await left.textContent())
  expect(before).toBeGreaterThan(1)
  const row = page.locator('.evidence thead th').nth(1)
  const first = await row.textContent()
  await page.keyboard.press('3')
  await expect(page.locator('.decided li')).toHaveCount(1)
  await expect(left).toHaveText(String(before - 1))
  await page.keyboard.press('z')
  await expect(left).toHaveText(String(before))
  await expect(row).toHaveText(first ?? '')
  await page.keyboard.press('1')
  await expect(page.locator('.decided li')).toContainText('同一人')
  await expect(left).toHaveText(String(before - 1))
  expect(faults).toEqual([])
})
