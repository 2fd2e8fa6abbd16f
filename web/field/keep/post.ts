/** Posting facts, for the page and the service worker alike: one request, its refusals as SendError. Knows no screen. */
import type { Session } from '@/shared/api/schema'
import { keepSession, keptSession } from './database'
import type { Answer } from './outbox'
import type { Observation } from '../model/fact'

const PATIENCE = 25_000

/**
 * offline   no answer came: try again later
 * busy      the server cannot now: try again later
 * session   nobody is signed in, or somebody else: the queue waits for its worker
 * refused   the post as a whole was refused: its facts are tried one by one
 */
export type SendFault = 'offline' | 'busy' | 'session' | 'refused'
export class SendError extends Error {
  constructor(
    readonly fault: SendFault,
    readonly code = '',
    readonly detail = '',
    readonly status = 0,
    /** Seconds the server asked to wait. */
    readonly wait = 0,
  ) {
    super(detail || code || fault)
    this.name = 'SendError'
  }
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE)
  try {
    return await fetch(`/api/v1/${path}`, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: patience.signal,
    })
  } catch {
    throw new SendError('offline')
  } finally {
    clearTimeout(timer)
  }
}

async function readJson<Value>(response: Response): Promise<Value> {
  try {
    return (await response.json()) as Value
  } catch {
    // Cut off in the middle, or a stranger's page in front of the network.
    throw new SendError('offline')
  }
}

async function faultOf(response: Response): Promise<SendError> {
  const { status } = response
  let code = `http.${status}`
  let detail = ''
  if (response.headers.get('Content-Type')?.includes('json')) {
    const problem = await response.json().catch(() => ({}) as Record<string, unknown>)
    if (typeof problem.code === 'string') code = problem.code
    if (typeof problem.detail === 'string') detail = problem.detail
  }
  const wait = Number(response.headers.get('Retry-After') ?? 0) || 0
  if (status === 401 || status === 403) return new SendError('session', code, detail, status)
  // Only a problem document of the server's own counts as its refusal; a gateway's page is a bad line.
  if (status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429 && detail)
    return new SendError('refused', code, detail, status)
  return new SendError('busy', code, detail, status, wait)
}

/** The session as the server knows it; SendError('session') unless it is this worker's. */
export async function freshSession(worker: string): Promise<Session> {
  const response = await ask('session', { headers: { Accept: 'application/json' } })
  if (!response.ok) throw await faultOf(response)
  const session = await readJson<Session>(response)
  if (session.worker?.id !== worker) throw new SendError('session', 'client.other_worker')
  if ((await keptSession())?.worker.id === worker) await keepSession(session)
  return session
}

async function postOnce(items: readonly Observation[], csrf: string): Promise<Answer> {
  const response = await ask('observations', {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
    body: JSON.stringify({ items }),
  })
  if (!response.ok) throw await faultOf(response)
  const answer = await readJson<Answer>(response)
  if (!Array.isArray(answer.stored) || !Array.isArray(answer.refused)) throw new SendError('offline')
  return answer
}

/** Posts a worker's facts under that worker's session, and under no other. */
export async function postFacts(worker: string, items: readonly Observation[]): Promise<Answer> {
  const kept = await keptSession()
  if (kept?.worker.id !== worker) throw new SendError('session', 'client.other_worker')
  try {
    return await postOnce(items, kept.csrf)
  } catch (error) {
    if (!(error instanceof SendError) || error.code !== 'guard.csrf') throw error
    return await postOnce(items, (await freshSession(worker)).csrf)
  }
}
