/**
 * The outbox: nothing recorded is lost, nothing counts twice.
 *
 *   P1 a fact is on disk before record() answers
 *   P2 what is sent is what was recorded, with the same id each time
 *   P3 facts leave in the order they were made, at most 50 together
 *   P4 before a post leaves, its facts are marked as having left: after a crash they are sent again, never deleted
 *   P5 "stored" and "already" both mean sent; "refused" stays with its reason until it is mended; unanswered stays waiting
 *   P6 undo deletes what never left the phone, and withdraws (a superseding fact) what may have reached the server
 *   P7 a withdrawn fact that the server refused is gone with its withdrawal: it never counted
 *   P8 each worker's facts are theirs alone: nobody else sends, sees or changes them
 *   P9 of somebody found at a door the phone keeps no number once the server has it
 *
 * Each change is one transaction on the store of facts, so that the page, other pages and the service worker may work at once.
 */
import { uuid7 } from '@/shared/uuid7'
import {
  byId,
  isWithdrawal,
  superseded,
  UNDO_MS,
  WITHDRAWN,
  type FactShown,
  type KeptFact,
} from '../model/fact'
import type { Observation } from '../model/fact'
import { foundPerson, isFound, withoutNumbers } from '../model/found'
import type { Database } from './database'
import type { Schema } from '@/shared/api/schema'

export const BATCH = 50
/** How long sent facts are kept for correction. */
export const SENT_KEPT_MS = 3 * 24 * 3600_000

export type Answer = Schema<'ObservationAnswer'>
export interface NewFact {
  worker: string
  /** Everything but the id, which is made here. */
  observation: Omit<Observation, 'id'>
  shown: FactShown
  /** Somebody is waiting for it: not held back for undo. */
  urgent?: boolean
}
export type Undone = 'deleted' | 'withdrawn' | 'nothing'

export interface Settled {
  stored: number
  /** Refused and still here, wanting to be mended. */
  refused: number
  /** How many of this worker's facts the answer named. */
  named: number
}

const strict = { durability: 'strict' } as const

export class Outbox {
  constructor(
    private readonly db: () => Promise<Database>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Every fact kept for a worker, oldest first. */
  async all(worker: string): Promise<KeptFact[]> {
    return (await (await this.db()).getAllFromIndex('facts', 'worker', worker)).sort(byId)
  }

  /** How many facts wait here, by worker: for the sign-in page. */
  async waitingByWorker(): Promise<Map<string, number>> {
    const counts = new Map<string, number>()
    for (const fact of await (await this.db()).getAll('facts'))
      if (fact.state !== 'sent') counts.set(fact.worker, (counts.get(fact.worker) ?? 0) + 1)
    return counts
  }

  /** `after`: the newest id there is. Ids go up even when the phone's clock was set back since: they are the order of sending. */
  private make(fact: NewFact, hold: boolean, after: string | null): KeptFact {
    const madeAt = this.now()
    const id = uuid7(after === null ? madeAt : Math.max(madeAt, timeOfId(after) + 1))
    return {
      id,
      worker: fact.worker,
      state: 'waiting',
      observation: plain({ id, ...fact.observation }),
      shown: plain(fact.shown),
      madeAt,
      holdUntil: hold ? madeAt + UNDO_MS : madeAt,
      tries: 0,
    }
  }

  async record(fact: NewFact): Promise<KeptFact> {
    return (await this.recordAll([fact]))[0]!
  }

  /** All or none. */
  async recordAll(facts: readonly NewFact[]): Promise<KeptFact[]> {
    const given = plain(facts)
    const tx = (await this.db()).transaction('facts', 'readwrite', strict)
    const after = await newestId(tx.store)
    const made = given.map((fact) => this.make(fact, !fact.urgent, after))
    await Promise.all([...made.map((fact) => tx.store.add(fact)), tx.done])
    return made
  }

  async undo(worker: string, id: string, at: string): Promise<Undone> {
    const tx = (await this.db()).transaction('facts', 'readwrite', strict)
    const fact = await tx.store.get(id)
    let done: Undone = 'nothing'
    if (fact?.worker === worker && fact.state === 'waiting' && fact.tries === 0) {
      await tx.store.delete(id)
      done = 'deleted'
    } else if (
      fact?.worker === worker &&
      (fact.state === 'waiting' || fact.state === 'sent') &&
      !(await this.isSuperseded(tx.store, fact))
    ) {
      const { programme } = fact.observation
      const whom = isFound(fact) ? { person: foundPerson(fact) } : {}
      const observation = { at, programme, result: WITHDRAWN, supersedes: id, ...whom }
      const after = await newestId(tx.store)
      await tx.store.add(this.make({ worker, observation, shown: fact.shown }, false, after))
      done = 'withdrawn'
    }
    await tx.done
    return done
  }

  /**
   * Puts other content in a fact's place.
   *   waiting, never left   the same fact with the new content
   *   waiting, may have left, or sent   a new fact that supersedes it
   *   refused, aside   a new fact instead of it: the server has nothing under the old id that could count
   */
  async mend(
    worker: string,
    id: string,
    content: Omit<Observation, 'id' | 'supersedes'>,
    urgent = false,
  ): Promise<KeptFact | null> {
    const tx = (await this.db()).transaction('facts', 'readwrite', strict)
    const old = await tx.store.get(id)
    if (old?.worker !== worker || isWithdrawal(old) || (await this.isSuperseded(tx.store, old))) {
      await tx.done
      return null
    }
    const { supersedes } = old.observation
    const after = await newestId(tx.store)
    const { shown } = old
    let next: KeptFact
    if (old.state === 'waiting' && old.tries === 0) {
      next = { ...old, observation: plain({ id, ...content, ...(supersedes ? { supersedes } : {}) }) }
      if (urgent) next.holdUntil = this.now()
    } else if (old.state === 'refused' || old.state === 'aside') {
      const observation = { ...content, ...(supersedes ? { supersedes } : {}) }
      next = this.make({ worker, observation, shown }, false, after)
      await tx.store.delete(id)
    } else {
      next = this.make({ worker, observation: { ...content, supersedes: id }, shown }, false, after)
    }
    await tx.store.put(next)
    await tx.done
    return next
  }

  /** Taken back or corrected already. */
  private async isSuperseded(
    store: { index: (name: 'worker') => { getAll: (worker: string) => Promise<KeptFact[]> } },
    fact: KeptFact,
  ): Promise<boolean> {
    return superseded(await store.index('worker').getAll(fact.worker)).has(fact.id)
  }

  /** Sends a refused fact again as it is (a duty was given meanwhile, the phone's clock was set right). */
  retry(worker: string, id: string): Promise<boolean> {
    return this.change(worker, id, ['refused', 'aside'], (fact) => {
      fact.state = 'waiting'
      fact.holdUntil = this.now()
      delete fact.refusal
    })
  }

  setAside(worker: string, id: string): Promise<boolean> {
    return this.change(worker, id, ['refused'], (fact) => {
      fact.state = 'aside'
    })
  }

  private async change(
    worker: string,
    id: string,
    from: readonly KeptFact['state'][],
    edit: (fact: KeptFact) => void,
  ): Promise<boolean> {
    const tx = (await this.db()).transaction('facts', 'readwrite', strict)
    const fact = await tx.store.get(id)
    const may = fact?.worker === worker && from.includes(fact.state)
    if (fact && may) {
      edit(fact)
      await tx.store.put(fact)
    }
    await tx.done
    return may
  }

  /** When the next fact may leave; null when none waits. */
  async nextDue(worker: string): Promise<number | null> {
    const waiting = (await this.all(worker)).filter((fact) => fact.state === 'waiting')
    const now = this.now()
    return waiting.length === 0
      ? null
      : Math.min(...waiting.map((fact) => (isHeld(fact, now) ? fact.holdUntil : now)))
  }

  /** The next facts to leave, marked as having left (P4). `all` sends those too that are held for undo. */
  async take(worker: string, all = false): Promise<KeptFact[]> {
    const now = this.now()
    const tx = (await this.db()).transaction('facts', 'readwrite', strict)
    const waiting = (await tx.store.index('worker').getAll(worker))
      .filter((fact) => fact.state === 'waiting')
      .sort(byId)
    // Whatever was made before a fact that may leave leaves with it: the order is kept.
    const last = all
      ? waiting.length - 1
      : waiting.reduce((found, fact, at) => (isHeld(fact, now) ? found : at), -1)
    const batch = waiting.slice(0, Math.min(last + 1, BATCH))
    for (const fact of batch) {
      fact.tries += 1
      await tx.store.put(fact)
    }
    await tx.done
    return batch
  }

  /** What the server said of a batch. Facts it did not name stay waiting. */
  async settle(worker: string, answer: Answer): Promise<Settled> {
    const now = this.now()
    const settled: Settled = { stored: 0, refused: 0, named: 0 }
    const tx = (await this.db()).transaction('facts', 'readwrite', strict)
    for (const item of answer.stored) {
      const fact = await tx.store.get(item.id)
      if (fact?.worker !== worker) continue
      fact.state = 'sent'
      fact.sentAt = now
      fact.taskState = item.task_state
      fact.passedTo = item.next_place
      delete fact.refusal
      withoutNumbers(fact)
      await tx.store.put(fact)
      settled.stored += 1
      settled.named += 1
    }
    for (const item of answer.refused) {
      const fact = await tx.store.get(item.id)
      // One that was acknowledged meanwhile is on the server: a later refusal changes nothing.
      if (fact?.worker !== worker || fact.state === 'sent') continue
      fact.state = 'refused'
      fact.refusal = { code: item.code, detail: item.detail, at: now }
      await tx.store.put(fact)
      settled.refused += 1
      settled.named += 1
    }
    if (settled.refused) {
      const undone = undoneForNothing(await tx.store.index('worker').getAll(worker))
      for (const id of undone) {
        if (answer.refused.some((item) => item.id === id)) settled.refused -= 1
        await tx.store.delete(id)
      }
    }
    await tx.done
    return settled
  }

  /** Drops sent facts older than is useful. Never touches anything else. */
  async dropOldSent(): Promise<void> {
    const before = this.now() - SENT_KEPT_MS
    const tx = (await this.db()).transaction('facts', 'readwrite')
    for await (const cursor of tx.store)
      if (cursor.value.state === 'sent' && (cursor.value.sentAt ?? 0) < before) await cursor.delete()
    await tx.done
  }
}

/** Held for undo; never longer than that takes, should the phone's clock have been set back meanwhile. */
function isHeld(fact: KeptFact, now: number): boolean {
  return fact.holdUntil > now && fact.holdUntil <= now + UNDO_MS
}

async function newestId(store: {
  openKeyCursor: (query: null, direction: 'prev') => Promise<{ key: string } | null>
}): Promise<string | null> {
  return (await store.openKeyCursor(null, 'prev'))?.key ?? null
}

/** The milliseconds that a UUIDv7 begins with. */
function timeOfId(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** A copy that is nothing but data, before the transaction opens: what is kept is what will be sent. */
function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}

/** P7: facts that the server refused and the worker took back, with what takes them back. */
function undoneForNothing(facts: readonly KeptFact[]): string[] {
  const byKey = new Map(facts.map((fact) => [fact.id, fact]))
  return facts.filter(isWithdrawal).flatMap((withdrawal) => {
    const target = byKey.get(withdrawal.observation.supersedes ?? '')
    // Of somebody registered it is the registration that is withdrawn: that holds although a correction was refused.
    const isCorrection = target !== undefined && isFound(target) && Boolean(target.observation.supersedes)
    return target?.state === 'refused' && withdrawal.state !== 'sent' && !isCorrection
      ? [target.id, withdrawal.id]
      : []
  })
}
