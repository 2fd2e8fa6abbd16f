/** Moments as people read them: today's as clock times, older ones as dates. The server writes every moment in the deployment's
 * zone, so that its own digits are shown and the browser's zone plays no part. */
import { ref } from 'vue'
import { lang, t } from '@/shared/i18n'

/** Today in the deployment: from the newest answer that carried a moment. */
const today = ref('')
let zoneMinutes = 480

export function setZone(minutes: number): void {
  zoneMinutes = minutes
}

/** Called with every `as_of` the server sends. */
export function learnNow(moment: string): void {
  today.value = dayOf(moment)
}

export function todayDay(): string {
  if (today.value) return today.value
  return new Date(Date.now() + zoneMinutes * 60_000).toISOString().slice(0, 10)
}

export function dayOf(moment: string): string {
  return moment.slice(0, 10)
}

export function clock(moment: string): string {
  return moment.slice(11, 16)
}

export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

function dayFormat(locale: string, month: 'long' | 'short', year: boolean): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    day: 'numeric',
    month,
    year: year ? 'numeric' : undefined,
  })
}
const dayFormats = {
  zh: [dayFormat('zh-CN', 'long', false), dayFormat('zh-CN', 'long', true)],
  en: [dayFormat('en-GB', 'short', false), dayFormat('en-GB', 'short', true)],
} as const

export function dayText(day: string): string {
  const sameYear = day.slice(0, 4) === todayDay().slice(0, 4)
  return dayFormats[lang.value][sameYear ? 0 : 1].format(new Date(`${day}T00:00:00Z`))
}

const weekdays = {
  zh: new Intl.DateTimeFormat('zh-CN', { timeZone: 'UTC', weekday: 'long' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short' }),
} as const

/** "2月14日 星期五", "Fri 14 Feb" */
export function dayWithWeekday(day: string): string {
  const weekday = weekdays[lang.value].format(new Date(`${day}T00:00:00Z`))
  return lang.value === 'zh' ? `${dayText(day)} ${weekday}` : `${weekday} ${dayText(day)}`
}

/** "21:05" today, "2月13日" before. */
export function momentText(moment: string): string {
  return dayOf(moment) === todayDay() ? clock(moment) : dayText(dayOf(moment))
}

/** Date and clock time, for where both matter: deadlines, signatures, the audit. */
export function momentFull(moment: string): string {
  return dayOf(moment) === todayDay() ? clock(moment) : `${dayText(dayOf(moment))} ${clock(moment)}`
}

export function asOf(moment: string): string {
  return t('time.as_of', { time: momentFull(moment) })
}

/** "逾期2时", "逾期3天". */
export function lateText(hours: number): string {
  return hours < 48 ? t('time.late_hours', { n: hours }) : t('time.late_days', { n: Math.floor(hours / 24) })
}

/** A moment in the deployment's zone, as the API takes it: day "2020-02-14", time "08:00". */
export function momentAt(day: string, time: string): string {
  const sign = zoneMinutes < 0 ? '-' : '+'
  const minutes = Math.abs(zoneMinutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${day}T${time}:00${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
