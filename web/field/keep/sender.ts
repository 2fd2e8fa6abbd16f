/** When the page sends: soon after recording, when the network is back, when the page is looked at, and patiently in between. */
import { ref } from 'vue'
import { postFacts, SendError } from './post'
import { alone, backoff, sendPass, type Passed, type Post } from './send'
import { SYNC_TAG } from './names'
import type { Outbox } from './outbox'

const LONGEST = 10 * 60_000

export interface SenderEvents {
  /** Something of the outbox changed. */
  changed: () => void
  /** The server has new facts of ours: the day's doors are worth asking again. */
  stored: () => void
  /** Nobody, or somebody else, is signed in. */
  signedOut: () => void
}

export function useSender(
  outbox: Outbox,
  worker: () => string | null,
  on: SenderEvents,
  post: Post = postFacts,
) {
  const sending = ref(false)
  /** Why the last try did not get through; null after one that did. */
  const fault = ref<SendError | null>(null)
  const nextTry = ref<number | null>(null)
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let again: { all: boolean } | null = null

  function plan(delay: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void run(false), Math.max(0, delay))
  }

  /** Looks at what waits and comes back when it may leave; never sooner than the backoff says. */
  async function schedule(): Promise<void> {
    const me = worker()
    if (!me || sending.value) return
    const due = await outbox.nextDue(me)
    if (due === null) return
    const wait = due - Date.now()
    // Bounded, should the phone's clock have been set back meanwhile.
    const patience = nextTry.value === null ? 0 : Math.min(nextTry.value - Date.now(), LONGEST)
    plan(Math.max(wait, patience))
  }

  async function run(all: boolean): Promise<void> {
    const me = worker()
    if (!me) return
    if (sending.value) {
      again = { all: all || (again?.all ?? false) }
      return
    }
    sending.value = true
    clearTimeout(timer)
    let passed: Passed | null = null
    try {
      passed = await alone(() => sendPass(outbox, post, me, { all, onBatch: on.changed }))
      failures = 0
      nextTry.value = null
      fault.value = null
    } catch (error) {
      failures += 1
      fault.value = error instanceof SendError ? error : new SendError('busy', 'client.page', String(error))
      nextTry.value = Date.now() + Math.max(backoff(failures), fault.value.wait * 1000)
      if (fault.value.fault === 'session' && fault.value.status !== 403) on.signedOut()
    }
    sending.value = false
    on.changed()
    if (passed && passed.stored > 0) on.stored()
    if (again) {
      const next = again
      again = null
      await run(next.all)
      return
    }
    await schedule()
  }

  /** Now, whatever the backoff says: the network came back, the worker asked. `all`: without waiting for undo to lapse. */
  function kick(all = false): Promise<void> {
    nextTry.value = null
    return run(all)
  }

  /** The page goes out of sight: what is left is the service worker's, where there is one. */
  async function handOver(): Promise<void> {
    const me = worker()
    if (!me || (await outbox.nextDue(me)) === null) return
    await askBackground()
    await kick(true)
  }

  return { sending, fault, nextTry, schedule, kick, handOver, stop: () => clearTimeout(timer) }
}

interface SyncManager {
  register: (tag: string) => Promise<void>
}
/** Asks for a background sync: Chromium's own; elsewhere the page sends when it is next open. */
export async function askBackground(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration('/field/')
    await (registration as unknown as { sync?: SyncManager } | undefined)?.sync?.register(SYNC_TAG)
  } catch {
    /* not allowed here */
  }
}
