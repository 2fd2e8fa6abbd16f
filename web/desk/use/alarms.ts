/** How many alarms are open within the place, for the shell. Each look at alarms is in the audit, so that nobody asks more often
 * than is useful: the first page tells what it has just read, other pages ask every three minutes. */
import { ref } from 'vue'
import { alarms } from '@/shared/api/calls'
import { may } from '@/shared/session'

export const LOOK_EVERY = 180_000
const MOST = 200

export const openAlarms = ref<number | null>(null)
export const moreAlarms = ref(false)
let told = 0

export function tellAlarms(count: number): void {
  openAlarms.value = count
  moreAlarms.value = false
  told = Date.now()
}

export async function countAlarms(place: string): Promise<void> {
  if (!may('task.see') || document.hidden) return
  try {
    const page = await alarms(place, 'open', { limit: MOST })
    openAlarms.value = page.items.length
    moreAlarms.value = page.next !== null
    told = Date.now()
  } catch {
    openAlarms.value = null
  }
}

export function alarmsAreFresh(): boolean {
  return Date.now() - told < LOOK_EVERY
}
