/** Temperatures in whole tenths of a degree, so that 36.5 stays 36.5. */

export const USUAL_LEAST = 340
export const USUAL_MOST = 420
/** What the server takes at all. */
export const LEAST = 300
export const MOST = 450

export function isUsual(tenths: number): boolean {
  return tenths >= USUAL_LEAST && tenths <= USUAL_MOST
}
export function isPossible(tenths: number): boolean {
  return tenths >= LEAST && tenths <= MOST
}
export function degrees(tenths: number): number {
  return tenths / 10
}
export function tenthsOf(value: number): number {
  return Math.round(value * 10)
}
export function temperatureText(tenths: number): string {
  return (tenths / 10).toFixed(1)
}

/** What was typed on a number pad: "365", "36.5" and "36。5" are 36.5; a single "5" is 36.5; anything else is not read. */
export function readTyped(text: string): number | null {
  const digits = text.trim().replace(/[。．,，]/g, '.')
  if (/^\d$/.test(digits)) return 360 + Number(digits)
  if (/^\d{2}$/.test(digits)) return Number(digits) * 10
  if (/^\d{3}$/.test(digits)) return Number(digits)
  if (/^\d{2}\.\d?$/.test(digits)) return Math.round(Number(digits) * 10)
  return null
}
