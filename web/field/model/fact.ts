/** A fact as the phone keeps it: the observation exactly as it is sent, and what the phone knows about its way. */
import type { PlaceRef, Schema } from '@/shared/api/schema'

export type Observation = Schema<'Observation'>
export type FieldToday = Schema<'FieldToday'>
export type FieldDoor = Schema<'FieldDoor'>
export type FieldTask = Schema<'FieldTask'>
export type FieldPerson = Schema<'FieldPerson'>

/**
 * waiting  on this phone, not yet known to be on the server
 * refused  the server said no and why; wants mending
 * aside    refused, and put aside by the worker: kept, but it nags no more
 * sent     the server said that it is on disk; kept a few days so that it can be corrected
 */
export type FactState = 'waiting' | 'refused' | 'aside' | 'sent'

/** What the phone showed when it was recorded, so that the queue can be read without today's doors. */
export interface FactShown {
  /** The household's id in today's doors. */
  place: string
  door: string
  person: string | null
  /** Of a task: how often it will have been tried once this counts. */
  tries?: number
}

export interface KeptFact {
  id: string
  worker: string
  state: FactState
  observation: Observation
  shown: FactShown
  /** Milliseconds by the phone's clock. */
  madeAt: number
  /** Not sent before this moment, so that undo within it leaves no trace. */
  holdUntil: number
  /** How often it left the phone. From the first time on its fate is the server's: it is withdrawn, no longer deleted. */
  tries: number
  refusal?: { code: string; detail: string; at: number }
  sentAt?: number
  taskState?: string | null
  passedTo?: PlaceRef | null
}

export const UNDO_MS = 10_000
export const WITHDRAWN = 'withdrawn'

export function isWithdrawal(fact: KeptFact): boolean {
  return fact.observation.result === WITHDRAWN
}

/** Ids of facts that a later one takes back or corrects. What the server refused supersedes nothing. */
export function superseded(facts: readonly KeptFact[]): Set<string> {
  const ids = new Set<string>()
  for (const fact of facts)
    if (fact.observation.supersedes && (fact.state === 'waiting' || fact.state === 'sent'))
      ids.add(fact.observation.supersedes)
  return ids
}

export function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0
}
