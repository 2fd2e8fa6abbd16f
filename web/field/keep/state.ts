/** What the pages share: who works here, the day's doors, their own facts, and the way to the server. */
import { computed, ref, shallowRef } from 'vue'
import { ApiError, errorText, onSignedOut, request, setCsrf } from '@/shared/api/client'
import type { Session } from '@/shared/api/schema'
import { learnNow, setZone } from '@/shared/format/time'
import { t } from '@/shared/i18n'
import { forgetSession, loadSession, may, session, signIn as signInThere } from '@/shared/session'
import { clockError, dayAt, momentOf } from '../model/clock'
import { countDoors, effectiveDay, reuseViews, viewDoors, type DoorView, type Snapshot } from '../model/doors'
import { superseded, UNDO_MS, type FactShown, type FieldToday, type KeptFact } from '../model/fact'
import type { Observation } from '../model/fact'
import { raisesAlarm, type AlarmData, type Programme, type Programmes } from '../model/programme'
import {
  database,
  dropOldDrafts,
  forgetOthersToday,
  forgetToday,
  keepLeaving,
  keepSession,
  keepToday,
  keptLeaving,
  keptSession,
  keptToday,
} from './database'
import { Outbox } from './outbox'
import { CHANNEL } from './names'
import { askBackground, useSender } from './sender'

export const outbox = new Outbox(database)
export const facts = shallowRef<KeptFact[]>([])
export const snapshot = shallowRef<Snapshot | null>(null)
export const now = ref(Date.now())
export const online = ref(typeof navigator === 'undefined' || navigator.onLine)
/** The session ended on the server while there was work here. */
export const ended = ref(false)
export const refreshing = ref(false)
export const refreshFault = ref('')
/** The phone would not keep something: nothing is worse, so it is said on every page. */
export const storeFault = ref('')

export const worker = computed(() => session.value?.worker.id ?? null)
export const zone = computed(() => session.value?.zone ?? 480)
export const programmes = computed(() => (snapshot.value?.today.programmes ?? {}) as unknown as Programmes)
export const doors = computed<DoorView[]>((before = []) =>
  snapshot.value ? reuseViews(before, viewDoors(snapshot.value, facts.value, now.value)) : [],
)
export const counts = computed(() => countDoors(doors.value))
export const day = computed(() =>
  snapshot.value ? effectiveDay(snapshot.value.today, now.value) : dayAt(now.value, zone.value),
)
export const waiting = computed(() => facts.value.filter((fact) => fact.state === 'waiting'))
export const refused = computed(() => facts.value.filter((fact) => fact.state === 'refused'))
export const queued = computed(() => waiting.value.length + refused.value.length)

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)

async function readFacts(): Promise<void> {
  facts.value = worker.value ? await outbox.all(worker.value) : []
}
function changed(): void {
  void readFacts()
  channel?.postMessage('facts')
}

export const sender = useSender(outbox, () => worker.value, {
  changed,
  stored: () => void refreshSoon(),
  signedOut: () => void sessionEnded(),
})

/* --- who works here ------------------------------------------------------------------------------------------------- */

function adopt(next: Session): void {
  session.value = next
  setCsrf(next.csrf)
  setZone(next.zone)
}

/** The program's word for "the session is over": the queue stays, the doors are put out of sight. */
async function sessionEnded(): Promise<void> {
  if (!session.value) return
  ended.value = true
  const mine = session.value.worker.id
  // Another page may have signed somebody else in: that session is theirs.
  if ((await keptSession())?.worker.id === mine) await keepSession(null)
  forgetSession()
  snapshot.value = null
  facts.value = []
}

async function enter(): Promise<void> {
  const me = worker.value
  if (!me) return
  ended.value = false
  await readFacts()
  snapshot.value = await keptToday(me)
  if (snapshot.value) learnNow(snapshot.value.today.as_of)
  void sender.kick()
  void refresh()
}

/** From what the phone kept, so that it starts without a network; the server is asked beside it. */
export async function start(): Promise<void> {
  try {
    await database()
  } catch (error) {
    // Some browsers have no store in private windows: then nothing may be recorded here, and that is said.
    storeFault.value = t('field.store.none', { why: error instanceof Error ? error.message : '' })
    return
  }
  await finishLeaving()
  const kept = await keptSession()
  if (kept) {
    adopt(kept)
    await enter()
    void confirmSession(kept.worker.id)
  } else if (!(await keptLeaving()) && (await loadSession().catch(() => false))) {
    await keepSession(session.value)
    await enter()
  }
  void dropOldDrafts(Date.now() - 2 * 24 * 3600_000)
  void outbox.dropOldSent()
  void navigator.storage?.persist?.()
}

async function confirmSession(expected: string): Promise<void> {
  try {
    const fresh = await request<Session>('GET', 'session', { quiet401: true })
    if (fresh.worker.id === expected) {
      await keepSession(fresh)
      adopt(fresh)
    } else await sessionEnded()
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await sessionEnded()
  }
}

/** Throws what the server said. */
export async function signIn(login: string, password: string): Promise<void> {
  await keepLeaving(null)
  await signInThere(login, password)
  if (!may('task')) {
    await request('DELETE', 'session', { quiet401: true }).catch(() => undefined)
    forgetSession()
    throw new Error(t('field.sign_in.no_task'))
  }
  await keepSession(session.value)
  await forgetOthersToday(worker.value ?? '')
  channel?.postMessage('session')
  await enter()
}

/** The doors are wiped from the phone; what waits to be sent stays, for this worker alone. */
export async function signOut(): Promise<void> {
  const leaving = session.value
  if (!leaving) return
  await forgetToday(leaving.worker.id)
  await keepLeaving(leaving)
  await keepSession(null)
  forgetSession()
  snapshot.value = null
  facts.value = []
  channel?.postMessage('session')
  await finishLeaving()
}

/** Tells the server of a sign-out, when there is a way to tell it. */
async function finishLeaving(): Promise<void> {
  const leaving = await keptLeaving()
  if (!leaving) return
  setCsrf(leaving.csrf)
  try {
    await request('DELETE', 'session', { quiet401: true })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) return
  }
  await keepLeaving(null)
}

/* --- the day's doors ------------------------------------------------------------------------------------------------ */

const FRESH = 60_000
const EACH = 5 * 60_000
const PATIENCE = 30_000

export async function refresh(): Promise<void> {
  const me = worker.value
  if (!me || refreshing.value) return
  refreshing.value = true
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE)
  const askedAt = Date.now()
  try {
    const since = snapshot.value?.today.version
    const today = await request<FieldToday>('GET', 'field/today', {
      query: { since },
      signal: patience.signal,
    })
    if (worker.value !== me) return
    if (today.worker !== me) {
      await sessionEnded()
      return
    }
    await take({
      worker: me,
      askedAt,
      seenAt: Date.now(),
      clockError: clockError(today.as_of, Date.now()),
      today,
    })
  } catch (error) {
    if (error instanceof ApiError && error.status === 304 && snapshot.value) {
      await take({ ...snapshot.value, seenAt: Date.now() })
    } else if (worker.value === me) {
      refreshFault.value = error instanceof ApiError ? errorText(error) : t('problem.offline')
    }
  } finally {
    clearTimeout(timer)
    refreshing.value = false
    now.value = Date.now()
  }
}

async function take(next: Snapshot): Promise<void> {
  snapshot.value = next
  refreshFault.value = ''
  learnNow(next.today.as_of)
  await keepToday(next).catch(() => undefined)
}

function refreshSoon(): Promise<void> {
  const age = Date.now() - (snapshot.value?.seenAt ?? 0)
  return age > FRESH ? refresh() : Promise.resolve()
}

/* --- recording ------------------------------------------------------------------------------------------------------ */

export interface Recording {
  programme: string
  result: string
  shown: FactShown
  enrolment?: string
  person?: string
  place?: string
  temperature?: number | null
  body?: Record<string, unknown>
}

function programmeOf(code: string): Programme | undefined {
  return programmes.value[code]
}

/** The observation without its id; empty parts are left out. */
export function observationOf(
  recording: Recording,
  at: number,
  round: string = day.value,
): Omit<Observation, 'id'> {
  const { programme, result, enrolment, person, place, temperature, body } = recording
  const observation: Omit<Observation, 'id'> = { at: momentOf(at, zone.value), programme, result }
  if (enrolment) observation.enrolment = enrolment
  if (person) observation.person = person
  if (place) observation.place = place
  if (programmeOf(programme)?.daily) observation.round = round
  if (temperature !== undefined && temperature !== null) observation.temperature = temperature
  if (body && Object.keys(body).length) observation.body = body
  return observation
}

export function isUrgent(recording: Recording): boolean {
  const symptoms = recording.body?.symptoms
  const data: AlarmData = {
    result: recording.result,
    temperature: recording.temperature,
    symptoms: Array.isArray(symptoms) ? (symptoms as string[]) : [],
  }
  return raisesAlarm(programmeOf(recording.programme), data)
}

/** Somebody should be hearing of these now, and nobody does: they have not got through. */
export const unheard = computed(() =>
  waiting.value.filter((fact) => {
    if (online.value && sender.fault.value === null) return false
    const { programme, result, temperature, body } = fact.observation
    return isUrgent({ programme, result, temperature, body, shown: fact.shown })
  }),
)

function triesAfter({ enrolment }: Recording): { tries?: number } {
  const task = doors.value.flatMap((view) => view.tasks).find((view) => view.task.id === enrolment)
  return task ? { tries: task.tries + 1 } : {}
}

/** Facts just made, for the undo bar. */
export const lastMade = shallowRef<KeptFact[]>([])

/** On disk when it returns; throws when the phone would not keep it, and then nothing was recorded. */
export async function record(recordings: readonly Recording[]): Promise<KeptFact[]> {
  const me = worker.value
  if (!me) throw new Error(t('field.record.signed_out'))
  const at = Date.now()
  let made: KeptFact[]
  try {
    made = await outbox.recordAll(
      recordings.map((recording) => ({
        worker: me,
        observation: observationOf(recording, at),
        shown: { ...recording.shown, ...triesAfter(recording) },
        urgent: isUrgent(recording),
      })),
    )
  } catch (error) {
    storeFault.value = t('field.record.not_kept', { why: error instanceof Error ? error.message : '' })
    throw error
  }
  storeFault.value = ''
  now.value = Date.now()
  await readFacts()
  lastMade.value = made
  channel?.postMessage('facts')
  void askBackground()
  void sender.schedule()
  return made
}

/** Takes back; a fact may be deleted or withdrawn. */
export async function undo(made: readonly KeptFact[]): Promise<void> {
  const me = worker.value
  if (!me) return
  for (const fact of made) await outbox.undo(me, fact.id, momentOf(Date.now(), zone.value))
  if (lastMade.value.some((fact) => made.some((one) => one.id === fact.id))) lastMade.value = []
  now.value = Date.now()
  await readFacts()
  channel?.postMessage('facts')
  void sender.schedule()
}

/** Puts other content in a fact's place, at the time when it happened. */
export async function mend(fact: KeptFact, recording: Recording, at = fact.madeAt): Promise<KeptFact | null> {
  const me = worker.value
  if (!me) return null
  const round = at === fact.madeAt ? (fact.observation.round ?? day.value) : day.value
  const content = observationOf(recording, at, round)
  const next = await outbox.mend(me, fact.id, content, isUrgent(recording))
  await readFacts()
  channel?.postMessage('facts')
  void sender.schedule()
  return next
}

export async function retry(fact: KeptFact): Promise<void> {
  if (worker.value) await outbox.retry(worker.value, fact.id)
  await readFacts()
  void sender.kick()
}

export async function setAside(fact: KeptFact): Promise<void> {
  if (worker.value) await outbox.setAside(worker.value, fact.id)
  changed()
}

/** May it still be undone from the bar and the row? */
export function inUndo(fact: KeptFact | null, at: number): boolean {
  return (
    fact !== null &&
    Math.abs(at - fact.madeAt) < UNDO_MS &&
    (fact.state === 'waiting' || fact.state === 'sent') &&
    !superseded(facts.value).has(fact.id)
  )
}

/* --- the world outside ---------------------------------------------------------------------------------------------- */

/** Listens to the network, to being looked at, to other pages and to the service worker. Called once. */
export function listen(): void {
  onSignedOut(() => void sessionEnded())
  window.addEventListener('online', () => {
    online.value = true
    void finishLeaving()
    void sender.kick()
    void refresh()
  })
  window.addEventListener('offline', () => (online.value = false))
  document.addEventListener('visibilitychange', () => {
    now.value = Date.now()
    if (document.visibilityState === 'hidden') {
      void sender.handOver()
      return
    }
    void readFacts()
    void sender.kick()
    void refreshSoon()
  })
  if (channel)
    channel.onmessage = (event: MessageEvent<string>) => {
      if (event.data === 'facts') void readFacts()
      if (event.data === 'stored') void readFacts().then(refreshSoon)
      if (event.data === 'session') window.location.reload()
    }
  setInterval(() => {
    now.value = Date.now()
    if (document.visibilityState === 'visible' && Date.now() - (snapshot.value?.seenAt ?? 0) > EACH)
      void refresh()
  }, 30_000)
}
