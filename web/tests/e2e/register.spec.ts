/** The register's files: odd rows are kept with their reasons and come back as a file; the job tells how far it is. */
import AxeBuilder from '@axe-core/playwright'
import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { count, signIn } from './desk'

const HEADER = '地方路径,姓名,证件号,电话,与户主关系,备注'
const lines = (text: string): string[] =>
  text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/)

async function bring(page: Page, what: { name: string; text: string | Buffer }): Promise<void> {
  await page.getByRole('button', { name: '导入', exact: true }).click()
  await page.locator('#register-file').setInputFiles({
    name: what.name,
    mimeType: 'text/csv',
    buffer: typeof what.text === 'string' ? Buffer.from(what.text) : what.text,
  })
  await page.getByRole('button', { name: '开始导入' }).click()
}
/** 收到 = 新增 + 更改 + 未变 + 退回 */
async function receipt(page: Page): Promise<number[]> {
  const line = page.getByRole('dialog').locator('.sum-line')
  await expect(line).toContainText('收到', { timeout: 60_000 })
  const [received, ...parts] = (await line.locator('b').allTextContents()).map(count)
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(received)
  return [received!, ...parts]
}

test.describe.configure({ mode: 'serial' })

test('good rows go in; each odd one is kept as it came, with its reason, and imports again once mended', async ({
  page,
}) => {
  const faults = await signIn(page, 'data')
  const all = lines(await (await page.request.get('/api/v1/export/places?format=csv')).text())
  const columns = all[0]!.split(',')
  const door = all
    .slice(1)
    .map((line) => line.split(',')[columns.indexOf('路径')] ?? '')
    .find((path) => path.length === 21)!
  await page.goto('/desk/people')
  await bring(page, {
    name: '新登记.csv',
    text: [
      HEADER,
      `${door},宇文甲,,15400000001,户主,"带,逗号 和 ""引号"""`,
      `${door},宇文乙,,15400000002,其他,=1+1`,
      '',
      `${door},,,15400000003,其他,没有姓名`,
      `${door},宇文丙,219999198903144546,,其他,证件号末位不对`,
      `999999,宇文丁,,15400000004,其他,没有这个地方`,
      `${door},宇文戊,2.11302E+17,,其他,被表格软件改坏`,
      `${door},宇文己,,12,其他,电话太短`,
      `${door},宇文庚,,15400000005,表亲,关系写法不在表里`,
    ].join('\r\n'),
  })
  expect(await receipt(page)).toEqual([8, 2, 0, 0, 6])
  expect((await new AxeBuilder({ page }).include('[role="dialog"]').analyze()).violations).toEqual([])
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载退回的行' }).click(),
  ])
  const refused = lines(readFileSync(await download.path(), 'utf8'))
  expect(refused[0]).toBe(`${HEADER},退回原因`)
  expect(refused).toHaveLength(7)
  for (const [at, words] of [
    '没有姓名',
    '证件号末位不对',
    '没有这个地方',
    '被表格软件改坏',
    '电话太短',
    '关系写法不在表里',
  ].entries()) {
    const line = refused[at + 1]!
    expect(line).toContain(words)
    expect(line.slice(line.indexOf(words))).toMatch(/第\d+行：.+/)
  }
  await page.getByRole('dialog').getByRole('button', { name: '关闭', exact: true }).click()

  const mended = [
    refused[0]!,
    refused[1]!.replace(`${door},,`, `${door},宇文辛,`),
    refused[5]!.replace(',12,', ',15400000006,'),
  ]
  await bring(page, { name: '改好.csv', text: mended.join('\n') })
  expect(await receipt(page)).toEqual([2, 2, 0, 0, 0])
  await page.getByRole('dialog').getByRole('button', { name: '关闭', exact: true }).click()
  await page.goto('/desk/people?q=宇文')
  await expect(page.locator('.table tbody tr')).toHaveCount(4)
  expect(faults).toEqual([])
})

test('a file without a needed column, or that is no table, says so at once and keeps the dialog', async ({
  page,
}) => {
  await signIn(page, 'data')
  await page.goto('/desk/people')
  await bring(page, { name: '缺列.csv', text: '姓名,宠物\n宇文甲,猫\n' })
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('宠物')
  await page.getByRole('dialog').getByRole('button', { name: '关闭', exact: true }).click()
})

test('the whole register comes back unchanged, and the job says how far it is', async ({ page }) => {
  test.setTimeout(120_000)
  const faults = await signIn(page, 'data')
  await page.goto('/desk/people')
  const [header, ...rows] = lines(await (await page.request.get('/api/v1/export/people?format=csv')).text())
  // Six times over, so that there is something to wait for.
  const whole = [header, ...Array.from({ length: 6 }, () => rows).flat()].join('\n')
  const seen = page.evaluate(
    () =>
      new Promise<string[]>((done) => {
        const told: string[] = []
        new MutationObserver((_all, watcher) => {
          const at = document.querySelector<HTMLProgressElement>('.progress progress')
          if (at && told[told.length - 1] !== String(at.value)) told.push(String(at.value))
          if (document.querySelector('[role="dialog"] .sum-line')) {
            watcher.disconnect()
            done(told)
          }
        }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
      }),
  )
  await bring(page, { name: '居民.csv', text: whole })
  const [received, added, changed, , rejected] = await receipt(page)
  expect(received).toBe(6 * rows.length)
  expect([added, changed, rejected]).toEqual([0, 0, 0])
  const told = (await seen).map(Number)
  // How many steps are seen depends on the machine; the bar stands there, and never goes back.
  expect(told.length).toBeGreaterThan(0)
  expect([...told].sort((one, other) => one - other)).toEqual(told)
  expect(faults).toEqual([])
})
