import { expect, test } from 'vitest'
import { differences } from './differences'

const marked = (parts: { text: string; same: boolean }[]): string =>
  parts.map((part) => (part.same ? part.text : `[${part.text}]`)).join('')

test('one digit that differs is marked in its place on both sides', () => {
  const { left, right } = differences('219999199001011238', '219999199001011288')
  expect(marked(left)).toBe('2199991990010112[3]8')
  expect(marked(right)).toBe('2199991990010112[8]8')
})

test('a character written otherwise is marked, the surname is not', () => {
  const { left, right } = differences('王小玮', '王小伟')
  expect(marked(left)).toBe('王小[玮]')
  expect(marked(right)).toBe('王小[伟]')
})

test('what one side has more is marked there alone', () => {
  const { left, right } = differences('春华小区3号楼501', '燕南社区春华小区3号楼2单元501')
  expect(marked(left)).toBe('春华小区3号楼501')
  expect(marked(right)).toBe('[燕南社区]春华小区3号楼[2单元]501')
})

test('texts with nothing in common are marked whole', () => {
  expect(marked(differences('赵', '钱').left)).toBe('[赵]')
  expect(differences('', '钱')).toEqual({ left: [], right: [{ text: '钱', same: false }] })
})

test('rare characters outside the basic plane are one character', () => {
  expect(marked(differences('𠮷田', '吉田').left)).toBe('[𠮷]田')
})
