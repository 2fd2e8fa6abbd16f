/** Reading for a page: one record (useLoad) or a page of rows that grows (useRows). Each asks again when what it depends on
 * changes, gives up the question it had under way, and keeps the old answer on screen until the new one is there. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { isAbort } from '@/shared/api/client'
import type { PageAsk } from '@/shared/api/calls'
import type { Rows } from '@/shared/api/schema'

export interface Loaded<Answer> {
  data: ShallowRef<Answer | null>
  error: ShallowRef<unknown>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

export function useLoad<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer> | null,
  dependsOn: WatchSource[] = [],
): Loaded<Answer> {
  const data = shallowRef<Answer | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(true)
  let under: AbortController | null = null

  async function reload(): Promise<void> {
    under?.abort()
    const mine = new AbortController()
    under = mine
    loading.value = true
    try {
      const answer = await ask(mine.signal)
      if (under !== mine) return
      data.value = answer
      error.value = null
    } catch (fault) {
      if (isAbort(fault) || under !== mine) return
      error.value = fault
    }
    loading.value = false
  }
  watch(dependsOn, () => void reload(), { immediate: true })
  onScopeDispose(() => under?.abort())
  return { data, error, loading, reload }
}

export interface LoadedRows<Item> {
  items: ShallowRef<Item[]>
  next: Ref<string | null>
  error: ShallowRef<unknown>
  loading: Ref<boolean>
  /** False until the first answer: then an empty table means that there is nothing. */
  ready: Ref<boolean>
  more: () => Promise<void>
  reload: () => Promise<void>
}

export function useRows<Item>(
  ask: (page: PageAsk) => Promise<Rows<Item>> | null,
  dependsOn: WatchSource[] = [],
): LoadedRows<Item> {
  const items = shallowRef<Item[]>([])
  const next = ref<string | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  const ready = ref(false)
  let under: AbortController | null = null

  async function read(after: string | null): Promise<void> {
    under?.abort()
    const mine = new AbortController()
    under = mine
    loading.value = true
    try {
      const answer = (await ask({ after, signal: mine.signal })) ?? { items: [], next: null }
      if (under !== mine) return
      items.value = after ? items.value.concat(answer.items) : answer.items
      next.value = answer.next
      error.value = null
      ready.value = true
    } catch (fault) {
      if (isAbort(fault) || under !== mine) return
      error.value = fault
    }
    loading.value = false
  }
  async function reload(): Promise<void> {
    await read(null)
  }
  async function more(): Promise<void> {
    if (next.value && !loading.value) await read(next.value)
  }
  watch(
    dependsOn,
    () => {
      ready.value = false
      void reload()
    },
    { immediate: true },
  )
  onScopeDispose(() => under?.abort())
  return { items, next, error, loading, ready, more, reload }
}
