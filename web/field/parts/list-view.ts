/** How the list of doors was left: which states are shown, and where it was scrolled to. */
import { reactive, ref } from 'vue'

export type Listed = 'open' | 'overdue' | 'done'
export const listed = reactive(new Set<Listed>(['open', 'overdue']))
export const scrolled = ref(0)
