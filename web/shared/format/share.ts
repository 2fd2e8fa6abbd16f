import type { Sums } from '@/shared/api/schema'

/** Shares never round up to the whole: 99.96 % done is 99.9 %, because somebody is still missing. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '–'
  if (part >= whole) return '100%'
  const tenths = Math.floor((part * 1000) / whole)
  return `${(tenths / 10).toFixed(1)}%`
}

export function missing(sums: Sums): number {
  return sums.open + sums.overdue
}

export function accounted(sums: Sums): number {
  return sums.done + sums.excused
}
