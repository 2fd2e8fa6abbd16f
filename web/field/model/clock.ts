/** The phone's clock, written in the deployment's zone. */

const two = (value: number): string => String(value).padStart(2, '0')

/** RFC 3339 with the zone's offset: "2020-02-14T21:05:09+08:00". */
export function momentOf(time: number, zone: number): string {
  const local = new Date(time + zone * 60_000).toISOString().slice(0, 19)
  const minutes = Math.abs(zone)
  return `${local}${zone < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

export function dayAt(time: number, zone: number): string {
  return momentOf(time, zone).slice(0, 10)
}

/** "20:00" of a day in the zone, in milliseconds. */
export function timeAt(day: string, clock: string, zone: number): number {
  return Date.parse(`${day}T${clock}:00Z`) - zone * 60_000
}

/** Minutes by which the phone is ahead of the server, when that is enough to matter; else 0. */
export function clockError(asOf: string, received: number): number {
  const minutes = Math.round((received - Date.parse(asOf)) / 60_000)
  return Math.abs(minutes) >= 10 ? minutes : 0
}
