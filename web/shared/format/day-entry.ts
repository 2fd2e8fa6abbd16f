/** A day as people type it, whatever the browser's language: 2020-02-14, 2020/2/14, 2020.2.14, 2020年2月14日, 20200214, and without
 * the year that of `today`. Null when it is no day. */
export function readDay(text: string, today: string): string | null {
  const typed = text.trim().replace(/\s+/g, '')
  const whole =
    /^(\d{4})(\d{2})(\d{2})$/.exec(typed) ?? /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed)
  const short = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed)
  const [year, month, day] = whole ? whole.slice(1) : short ? [today.slice(0, 4), ...short.slice(1)] : []
  if (!year || !month || !day) return null
  const found = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${found}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === found ? found : null
}
