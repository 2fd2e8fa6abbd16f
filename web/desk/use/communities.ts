/** "第四网格" and "一组" stand in every community: whoever sees several gets the community's name with it. The names are read once. */
import { ref, shallowRef } from 'vue'
import { placeSearch } from '@/shared/api/calls'
import type { PlaceChild } from '@/shared/api/schema'
import { scopeTops, session } from '@/shared/session'

const COMMUNITY = 2
const PATH = 6
const names = shallowRef(new Map<string, string>())
const of = ref<string | null>(null) // whose session they were read for

async function read(): Promise<void> {
  const found = new Map<string, string>()
  let after: string | null = null
  do {
    const page: { items: PlaceChild[]; next: string | null } = await placeSearch('', COMMUNITY, {
      after,
      limit: 200,
    })
    for (const place of page.items) found.set(place.path, place.name)
    after = page.next
  } while (after)
  names.value = found
}

/** True when the reader sees more than one community. */
export function seesSeveral(): boolean {
  const tops = scopeTops()
  return (
    tops.some((top) => top.path.length < PATH) || new Set(tops.map((top) => top.path.slice(0, PATH))).size > 1
  )
}

/** The community a place lies in, where that is not plain from who reads, from `page`, the place whose page it is, or from the label
 * itself, as in villages. */
export function communityOf({ path, label }: { path: string; label: string }, page = ''): string {
  if (path.length <= PATH || !seesSeveral()) return ''
  const community = path.slice(0, PATH)
  if (page.startsWith(community)) return ''
  const reader = session.value?.worker.id ?? null
  if (of.value !== reader) {
    of.value = reader
    void read().catch(() => (of.value = null))
  }
  const name = names.value.get(community) ?? ''
  return label.startsWith(name) ? '' : name
}
