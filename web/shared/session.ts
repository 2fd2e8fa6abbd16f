/** Who is signed in on this page. */
import { shallowRef } from 'vue'
import { ApiError, request, setCsrf } from './api/client'
import type { PlaceRef, Right, Session } from './api/schema'
import { setZone } from './format/time'

export const session = shallowRef<Session | null>(null)

function take(next: Session | null): void {
  session.value = next
  setCsrf(next?.csrf ?? '')
  if (next) setZone(next.zone)
}

/** Asks the server once; false when nobody is signed in. */
export async function loadSession(): Promise<boolean> {
  try {
    take(await request<Session>('GET', 'session', { quiet401: true }))
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    take(null)
  }
  return session.value !== null
}

export async function signIn(login: string, password: string): Promise<void> {
  take(await request<Session>('POST', 'session', { body: { login, password }, quiet401: true }))
}

export async function signOut(): Promise<void> {
  await request('DELETE', 'session', { quiet401: true })
  take(null)
}

export function forgetSession(): void {
  take(null)
}

export function may(right: Right): boolean {
  return session.value?.rights.includes(right) ?? false
}

/** One of the rights a page asks for; a page that asks for none is anybody's. */
export function mayAny(rights: Right[] | undefined): boolean {
  return !rights || rights.some(may)
}

/** The highest places this account may see, highest first. */
export function scopeTops(): { path: string; place?: PlaceRef }[] {
  return session.value?.scope ?? []
}

/** Where a page begins when its address names no place: the single top, or the district's own path when there are several. */
export function scopeHome(): string {
  const tops = scopeTops()
  return tops[0]?.path ?? ''
}
