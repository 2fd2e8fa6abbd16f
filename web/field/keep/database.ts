/** What the phone keeps, in IndexedDB: facts of every worker who used it, the day's doors of each, who is signed in.
 * Used by the page and by the service worker, so nothing here knows the screen. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Session } from '@/shared/api/schema'
import type { KeptFact } from '../model/fact'
import type { Snapshot } from '../model/doors'

interface Kept {
  session: Session
  /** Signed out here without a network: the server is told when there is one. */
  leaving: Session
}
interface FieldSchema extends DBSchema {
  facts: { key: string; value: KeptFact; indexes: { worker: string } }
  today: { key: string; value: Snapshot }
  kept: { key: keyof Kept; value: Session }
  /** What is half typed: lost with no harm, kept for comfort. */
  drafts: { key: string; value: { key: string; worker: string; at: number; data: unknown } }
}
export type Database = IDBPDatabase<FieldSchema>

export const DATABASE = 'wangge-field'
const VERSION = 1

export function openDatabase(name: string = DATABASE): Promise<Database> {
  return openDB<FieldSchema>(name, VERSION, {
    upgrade(db) {
      const facts = db.createObjectStore('facts', { keyPath: 'id' })
      facts.createIndex('worker', 'worker')
      db.createObjectStore('today', { keyPath: 'worker' })
      db.createObjectStore('kept')
      db.createObjectStore('drafts', { keyPath: 'key' })
    },
    blocking(_current, _blocked, event) {
      // A newer page wants a newer shape: let it have it.
      ;(event.target as IDBDatabase).close()
    },
  })
}

let opened: Promise<Database> | null = null

/** The one connection; made again when it broke. */
export function database(): Promise<Database> {
  opened ??= openDatabase().then(
    (db) => {
      db.addEventListener('close', () => (opened = null))
      return db
    },
    (error: unknown) => {
      opened = null
      throw error
    },
  )
  return opened
}

/* who is signed in */
export const keptSession = async (): Promise<Session | null> =>
  (await (await database()).get('kept', 'session')) ?? null
export async function keepSession(session: Session | null): Promise<void> {
  const db = await database()
  if (session) await db.put('kept', session, 'session')
  else await db.delete('kept', 'session')
}
export const keptLeaving = async (): Promise<Session | null> =>
  (await (await database()).get('kept', 'leaving')) ?? null
export async function keepLeaving(session: Session | null): Promise<void> {
  const db = await database()
  if (session) await db.put('kept', session, 'leaving')
  else await db.delete('kept', 'leaving')
}

/* the day's doors */
export const keptToday = async (worker: string): Promise<Snapshot | null> =>
  (await (await database()).get('today', worker)) ?? null
export async function keepToday(snapshot: Snapshot): Promise<void> {
  await (await database()).put('today', snapshot)
}
export async function forgetToday(worker: string): Promise<void> {
  await (await database()).delete('today', worker)
}
/** Another worker's doors are not for whoever uses the phone now. */
export async function forgetOthersToday(worker: string): Promise<void> {
  const db = await database()
  for (const key of await db.getAllKeys('today')) if (key !== worker) await db.delete('today', key)
}

/* half typed */
export async function keptDraft<Data>(worker: string, name: string): Promise<Data | null> {
  const draft = await (await database()).get('drafts', `${worker} ${name}`)
  return (draft?.data as Data | undefined) ?? null
}
export async function keepDraft(worker: string, name: string, data: unknown): Promise<void> {
  const db = await database()
  const key = `${worker} ${name}`
  if (data === null) await db.delete('drafts', key)
  else await db.put('drafts', { key, worker, at: Date.now(), data })
}
/** Drafts of another day are of no use. */
export async function dropOldDrafts(before: number): Promise<void> {
  const db = await database()
  const tx = db.transaction('drafts', 'readwrite')
  for await (const cursor of tx.store) if (cursor.value.at < before) await cursor.delete()
  await tx.done
}
