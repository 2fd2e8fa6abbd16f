/** Steps that the desk's tests share. */
import { expect, type Page } from '@playwright/test'

export type Role = 'district' | 'street' | 'community' | 'clerk' | 'data' | 'keeper' | 'worker'

/** Signs in by the demo's list, and gathers whatever the browser complains about. */
export async function signIn(page: Page, role: Role): Promise<string[]> {
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text())) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  const words: Record<Role, string> = {
    district: '区指挥部',
    street: '街道',
    community: '社区',
    clerk: '复核员',
    data: '数据组',
    keeper: '系统管理员',
    worker: '网格员',
  }
  await page.goto('/desk/sign-in')
  await page.getByRole('listitem').getByRole('button', { name: words[role] }).first().click()
  await expect(page.locator('header.top')).toBeVisible()
  return faults
}

export const count = (text: string | null): number => Number((text ?? '').replace(/[^0-9]/g, ''))
