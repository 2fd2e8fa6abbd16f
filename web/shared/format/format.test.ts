import { readDay } from './day-entry'
import { beforeEach, expect, test } from 'vitest'
import { setTexts } from '@/shared/i18n'
import zh from '@/locales/zh/shared.json'
import en from '@/locales/en/shared.json'
import { percent } from './share'
import { addDays, asOf, dayText, lateText, learnNow, momentAt, momentFull, momentText, setZone } from './time'

beforeEach(() => {
  setTexts(zh, 'zh')
  setZone(480)
  learnNow('2020-02-14T21:05:00+08:00')
})

test('a moment of today is a clock time, an older one a date', () => {
  expect(momentText('2020-02-14T08:03:59+08:00')).toBe('08:03')
  expect(momentText('2020-02-13T23:59:59+08:00')).toBe('2月13日')
  expect(momentText('2019-12-31T23:59:59+08:00')).toBe('2019年12月31日')
  expect(momentFull('2020-02-13T22:40:00+08:00')).toBe('2月13日 22:40')
  expect(asOf('2020-02-14T21:05:00+08:00')).toBe('截至 21:05')
})

test('the English words say the same', () => {
  setTexts(en, 'en')
  expect(dayText('2020-02-13')).toBe('13 Feb')
  expect(dayText('2019-12-31')).toBe('31 Dec 2019')
  expect(lateText(3)).toBe('3 h late')
  expect(lateText(50)).toBe('2 days late')
})

test('lateness is in hours up to two days, then in days', () => {
  expect(lateText(2)).toBe('逾期2时')
  expect(lateText(47)).toBe('逾期47时')
  expect(lateText(71)).toBe('逾期2天')
})

test('days are counted over the ends of months and leap years', () => {
  expect(addDays('2020-02-28', 1)).toBe('2020-02-29')
  expect(addDays('2020-02-29', 1)).toBe('2020-03-01')
  expect(addDays('2020-01-01', -1)).toBe('2019-12-31')
})

test("a moment is written in the deployment's zone", () => {
  expect(momentAt('2020-02-15', '08:00')).toBe('2020-02-15T08:00:00+08:00')
  setZone(-210)
  expect(momentAt('2020-02-15', '08:00')).toBe('2020-02-15T08:00:00-03:30')
})

test('a share never rounds up to the whole while somebody is missing', () => {
  expect(percent(4811, 4812)).toBe('99.9%')
  expect(percent(4812, 4812)).toBe('100%')
  expect(percent(0, 12)).toBe('0.0%')
  expect(percent(0, 0)).toBe('–')
})

test('a day is read in each of the usual ways, and nothing else is guessed', () => {
  for (const text of ['2020-02-14', '2020/2/14', '2020.2.14', '2020年2月14日', '20200214', '2-14', '2月14日'])
    expect(readDay(text, '2020-03-01'), text).toBe('2020-02-14')
  for (const text of ['', '14', '2020-02-30', '2020-13-01', '14.2.2020', 'tomorrow'])
    expect(readDay(text, '2020-03-01'), text).toBeNull()
})
