/** The clerk's queue: the row at hand, the one after it already loaded, decisions with their way back.
 * A row is claimed for this clerk when it is given; what is not decided is given back on leaving. Soon after a start the server gives the
 * row alone and says how far it has loaded the register: then it is asked again until it has, and the row comes with its candidates. */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { reviewDecide, reviewNext, reviewReady, reviewRelease, reviewUndo } from '@/shared/api/calls'
import { ApiError } from '@/shared/api/client'
import type { ReviewItem, Schema } from '@/shared/api/schema'

export type Verdict = Schema<'Verdict'>['verdict']
export interface DecidedRow {
  decision: string
  item: ReviewItem
  verdict: Verdict
  name: string
}

const KEPT = 20
const ASK_EVERY = 500
const same = (a: ReviewItem | null, b: ReviewItem | null): boolean =>
  a !== null && b !== null && a.list === b.list && a.row === b.row

export function useReview(list: Ref<string>) {
  const item = shallowRef<ReviewItem | null>(null)
  const ahead = shallowRef<ReviewItem | null>(null)
  const left = ref<number | null>(null)
  const byOthers = ref(0)
  const error = shallowRef<unknown>(null)
  const loading = ref(true)
  const busy = ref(false)
  /** How far the register is loaded, 0 to 1; null: it is there. */
  const register = ref<number | null>(null)
  const decided = shallowRef<DecidedRow[]>([])
  let round = 0
  let deciding: Promise<void> = Promise.resolve()

  function counts(answer: { left: number; by_others?: number }): void {
    left.value = answer.left
    if (answer.by_others !== undefined) byOthers.value = answer.by_others
  }

  /** Loads the row after the one at hand, so that it is there when this one is decided. */
  let looking: Promise<void> | null = null
  async function lookAhead(): Promise<void> {
    if (!item.value || item.value.loading !== null || ahead.value || looking) return
    looking = askAhead()
    await looking
    looking = null
  }
  async function askAhead(): Promise<void> {
    const mine = round
    const held = item.value
    if (!held) return
    try {
      const answer = await reviewNext(list.value || null, { list: held.list, row: held.row })
      if (!answer.item || same(answer.item, held)) return
      if (answer.item.loading !== null) {
        giveBack(answer.item)
        return
      }
      if (mine === round) ahead.value = answer.item
      else giveBack(answer.item)
    } catch {
      /* asked again when this row is decided */
    }
  }

  let waiting: ReturnType<typeof setTimeout> | undefined
  async function askReady(): Promise<void> {
    const mine = round
    try {
      const answer = await reviewReady()
      if (mine !== round) return
      register.value = answer.loading
      if (answer.loading === null) return await load()
    } catch (fault) {
      if (mine === round) error.value = fault
      return
    }
    waiting = setTimeout(() => void askReady(), ASK_EVERY)
  }
  watch(item, (row) => {
    clearTimeout(waiting)
    register.value = row?.loading ?? null
    if (register.value !== null) waiting = setTimeout(() => void askReady(), ASK_EVERY)
  })

  async function load(): Promise<void> {
    const mine = ++round
    ahead.value = null // given back by the server with the row at hand
    loading.value = true
    error.value = null
    try {
      const answer = await reviewNext(list.value || null)
      if (mine !== round) return
      item.value = answer.item
      counts(answer)
    } catch (fault) {
      if (mine === round) error.value = fault
    }
    if (mine === round) loading.value = false
    void lookAhead()
  }

  async function step(): Promise<void> {
    if (looking) await looking
    const next = ahead.value
    ahead.value = null
    if (next) {
      item.value = next
      void lookAhead()
    } else {
      item.value = null
      await load()
    }
  }

  /** Throws what the server refused; a row that somebody else decided or took is left for the next. */
  async function decide(verdict: Verdict, person: string | null, name: string): Promise<void> {
    const row = item.value
    if (!row || row.loading !== null || busy.value) return
    busy.value = true
    let done = (): void => {}
    deciding = new Promise((resolve) => (done = resolve))
    try {
      const answer = await reviewDecide({
        list: row.list,
        row: row.row,
        verdict,
        ...(person ? { person } : {}),
      })
      decided.value = [{ decision: answer.decision, item: row, verdict, name }, ...decided.value].slice(
        0,
        KEPT,
      )
      counts(answer)
      await step()
    } catch (fault) {
      if (fault instanceof ApiError && (fault.code === 'review.decided' || fault.code === 'review.claimed')) {
        await step()
      }
      throw fault
    } finally {
      busy.value = false
      done()
    }
  }

  /** Takes the newest decision back: its row is at hand again, and the one that was comes after it. Asked while a decision is
   * being written, it waits for that one; a second decision meanwhile is not taken, since its row was not yet seen. */
  async function undo(): Promise<DecidedRow | null> {
    await deciding
    const last = decided.value[0]
    if (!last || busy.value) return null
    busy.value = true
    try {
      const answer = await reviewUndo(last.decision)
      decided.value = decided.value.slice(1)
      counts(answer)
      const before = item.value
      const back = last.item
      if (before && before.loading === null && !same(before, back)) {
        if (ahead.value && !same(ahead.value, back)) giveBack(ahead.value)
        ahead.value = before
      }
      item.value = back
      return last
    } finally {
      busy.value = false
    }
  }

  function giveBack(row: ReviewItem): void {
    void reviewRelease(row.list, row.row).catch(() => undefined)
  }
  function giveAllBack(): void {
    if (ahead.value) giveBack(ahead.value)
    if (item.value) giveBack(item.value)
    ahead.value = null
    item.value = null
  }

  watch(
    list,
    () => {
      giveAllBack()
      decided.value = []
      void load()
    },
    { immediate: true },
  )
  onMounted(() => window.addEventListener('pagehide', giveAllBack))
  onBeforeUnmount(() => {
    round += 1
    clearTimeout(waiting)
    window.removeEventListener('pagehide', giveAllBack)
    giveAllBack()
  })

  return {
    item,
    left,
    byOthers,
    error,
    loading,
    register,
    busy,
    decided: computed(() => decided.value),
    load,
    decide,
    undo,
  }
}
