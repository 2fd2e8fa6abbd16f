import { zone } from '../keep/state'
import { momentOf } from '../model/clock'

/** "21:05" of the deployment's day. */
export function clockText(time: number): string {
  return momentOf(time, zone.value).slice(11, 16)
}
