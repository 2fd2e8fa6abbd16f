import { expect, test } from 'vitest'
import { setTexts, t, word } from './index'

test('placeholders are filled, numbers grouped, and one told from many', () => {
  setTexts({ 'table.all': '{n} row | {n} rows', 'role.clerk': 'Review clerk' }, 'en')
  expect(t('table.all', { n: 1 })).toBe('1 row')
  expect(t('table.all', { n: 40000 })).toBe('40,000 rows')
})

test('a code without a text shows as itself', () => {
  setTexts({ 'role.clerk': 'Review clerk' }, 'en')
  expect(word('role.', 'clerk')).toBe('Review clerk')
  expect(word('role.', 'someone_new')).toBe('someone_new')
})
