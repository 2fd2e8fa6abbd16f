import { expect, test } from 'vitest'
import { uuid7 } from './uuid7'

test('an id is a UUIDv7 whose first 48 bits are the moment', () => {
  const id = uuid7(1_581_685_500_000)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(1_581_685_500_000)
})

test('ids of one millisecond, and of a clock that steps back, stay in order and apart', () => {
  const ids: string[] = []
  for (let i = 0; i < 10_000; i += 1) ids.push(uuid7(1_581_685_600_000 - (i % 3)))
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})
