/** Filters live in the page's address, so that what is on screen can be sent as a link. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { scopeHome } from '@/shared/session'

/** One filter of the address; an empty value leaves the address. */
export function useFilter(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' ? value : fallback
    },
    set: (value) => {
      const query: LocationQueryRaw = { ...route.query }
      if (value === fallback) delete query[name]
      else query[name] = value
      void router.replace({ query })
    },
  })
}

/** The place whose subtree the page shows: ?place=, or the top of what the account may see. */
export function usePlace(): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => (typeof route.query.place === 'string' ? route.query.place : scopeHome()),
    set: (path) =>
      void router.push({ query: { ...route.query, place: path === scopeHome() ? undefined : path } }),
  })
}

/** The same page's query with some filters changed: for links. */
export function useQueryWith(): (changes: LocationQueryRaw) => LocationQueryRaw {
  const route = useRoute()
  return (changes) => {
    const query: LocationQueryRaw = { ...route.query, ...changes }
    for (const [name, value] of Object.entries(query))
      if (value === undefined || value === '') delete query[name]
    return query
  }
}

/** ?place= for a link to another page. */
export function usePlaceQuery(): () => LocationQueryRaw {
  const route = useRoute()
  return () => (typeof route.query.place === 'string' ? { place: route.query.place } : {})
}
