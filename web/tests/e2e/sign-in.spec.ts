import { expect, test } from '@playwright/test'
import { signIn } from './desk'

test('a wrong password is refused in words, and the form keeps the account', async ({ page }) => {
  await page.goto('/desk/')
  await page.getByLabel('帐号', { exact: true }).fill('district')
  await page.getByLabel('密码', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('帐号或密码不对')
  await expect(page.getByLabel('帐号', { exact: true })).toHaveValue('district')
})

test('a page asked for before signing in is opened afterwards', async ({ page }) => {
  await page.goto('/desk/tasks?state=overdue')
  await expect(page).toHaveURL(/sign-in/)
  await page.getByRole('listitem').getByRole('button', { name: '区指挥部' }).click()
  await expect(page).toHaveURL(/\/desk\/tasks\?state=overdue/)
})

test('each role sees its own ways, and a page without the right says so', async ({ page }) => {
  await signIn(page, 'clerk')
  await expect(page).toHaveURL(/\/desk\/review/)
  await expect(page.locator('nav.ways a')).toHaveText(['名单', '复核', '居民', '地方与包保'])
  await page.goto('/desk/accounts')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('没有可看的页面')
})

test('the language is changed for good, and signing out ends the session', async ({ page }) => {
  await signIn(page, 'district')
  await page.getByRole('button', { name: /的帐号/ }).click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Today')
  await page.waitForLoadState('networkidle') // the page reads itself anew in the other language
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Today')
  await page.getByRole('button', { name: /Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/sign-in/)
  await page.goto('/desk/')
  await expect(page).toHaveURL(/sign-in/)
})
