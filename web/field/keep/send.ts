/** One pass over the outbox: everything that may leave, in batches. The page and the service worker take turns by a lock. */
import { SendError } from './post'
import type { Answer, Outbox } from './outbox'
import type { KeptFact, Observation } from '../model/fact'

export type Post = (worker: string, items: readonly Observation[]) => Promise<Answer>
export interface Passed {
  stored: number
  refused: number
}

/** A post refused as a whole is halved until the fact at fault stands alone; that one is refused in the server's words. */
async function deliver(
  post: Post,
  worker: string,
  batch: readonly KeptFact[],
  settle: (answer: Answer) => Promise<void>,
): Promise<void> {
  try {
    await settle(
      await post(
        worker,
        batch.map((fact) => fact.observation),
      ),
    )
  } catch (error) {
    if (!(error instanceof SendError) || error.fault !== 'refused') throw error
    if (batch.length === 1) {
      const refusal = { id: batch[0]!.id, code: error.code, detail: error.detail }
      await settle({ stored: [], refused: [refusal] })
      return
    }
    const middle = Math.ceil(batch.length / 2)
    await deliver(post, worker, batch.slice(0, middle), settle)
    await deliver(post, worker, batch.slice(middle), settle)
  }
}

/** Sends until nothing is due. Throws SendError when it had to stop; what was answered until then is settled. */
export async function sendPass(
  outbox: Outbox,
  post: Post,
  worker: string,
  options: { all?: boolean; onBatch?: () => void } = {},
): Promise<Passed> {
  const sum: Passed = { stored: 0, refused: 0 }
  for (;;) {
    const batch = await outbox.take(worker, options.all)
    if (batch.length === 0) return sum
    let named = 0
    await deliver(post, worker, batch, async (answer) => {
      const settled = await outbox.settle(worker, answer)
      sum.stored += settled.stored
      sum.refused += settled.refused
      named += settled.named
      options.onBatch?.()
    })
    // An answer that names none of the facts would be asked for without end.
    if (named === 0) throw new SendError('busy', 'client.unanswered')
  }
}

const LOCK = 'wangge-field-outbox'

/** Runs alone among pages and the service worker, where the browser can say so; the server counts twice-sent facts once anyway. */
export async function alone<Result>(run: () => Promise<Result>): Promise<Result> {
  const { locks } = navigator
  return locks ? ((await locks.request(LOCK, run)) as Result) : run()
}

/** Seconds until the next try after the n-th failure in a row: 2, 4, 8 ... five minutes, with a quarter of chance. */
export function backoff(failures: number, chance: number = Math.random()): number {
  const seconds = Math.min(2 ** failures, 300)
  return Math.round(seconds * 1000 * (0.875 + chance / 4))
}
