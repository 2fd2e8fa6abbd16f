// @vitest-environment node
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase, type Database } from './database'
import { BATCH, Outbox, SENT_KEPT_MS, type Answer, type NewFact } from './outbox'
import { backoff, sendPass, type Post } from './send'
import { SendError } from './post'
import { UNDO_MS, type KeptFact, type Observation } from '../model/fact'
import { looksMistyped } from '../model/found'

const WANG = 'worker-wang'
const LI = 'worker-li'
const AT = '2020-02-14T09:00:00+08:00'

let db: Database
let clock = 0
let outbox: Outbox
let file = 0

const seen = (worker = WANG, more: Partial<Observation> = {}, urgent = false): NewFact => ({
  worker,
  urgent,
  observation: { at: AT, programme: 'list_follow_up', result: 'seen', enrolment: 'task-1', ...more },
  shown: { place: 'door-1', door: '春华小区3号楼2单元501', person: '王某' },
})
const storedAll = (items: readonly Observation[], status: 'stored' | 'already' = 'stored'): Answer => ({
  stored: items.map((item) => ({ id: item.id, status, task_state: 'done', next_place: null })),
  refused: [],
})
const states = async (worker = WANG): Promise<string[]> =>
  (await outbox.all(worker)).map((fact) => fact.state)

/** What may be said anew: everything but the id. */
function contentOf(fact: KeptFact): Omit<Observation, 'id'> {
  const content: Partial<Observation> = { ...fact.observation }
  delete content.id
  return content as Omit<Observation, 'id'>
}

/** A server that keeps what it stored, as the real one does: the same id again is "already". */
function server(): { post: Post; stored: Map<string, Observation>; posts: string[][] } {
  const stored = new Map<string, Observation>()
  const posts: string[][] = []
  const post: Post = (_worker, items) => {
    posts.push(items.map((item) => item.id))
    const answer: Answer = { stored: [], refused: [] }
    for (const item of items) {
      const status = stored.has(item.id) ? 'already' : 'stored'
      stored.set(item.id, item)
      answer.stored.push({ id: item.id, status, task_state: 'done', next_place: null })
    }
    return Promise.resolve(answer)
  }
  return { post, stored, posts }
}

beforeEach(async () => {
  clock = 1_581_642_000_000
  file += 1
  db = await openDatabase(`test-${file}`)
  outbox = new Outbox(
    () => Promise.resolve(db),
    () => clock,
  )
})
afterEach(() => db.close())

describe('somebody found at a door', () => {
  it('has a number that fits, or is looked at again', () => {
    expect(looksMistyped('219999198903144545')).toBe(false)
    expect(looksMistyped('219999198903144546')).toBe(true)
    expect(looksMistyped('21999919890314454')).toBe(true)
    expect(looksMistyped('219999890314454')).toBe(false) // of fifteen
    expect(looksMistyped('E12345678')).toBe(false) // another paper
  })

  const found = (body: Record<string, unknown>): NewFact =>
    seen(WANG, { programme: 'register', result: 'found', temperature: undefined, body })

  it('is corrected by a fact of its own, and leaves no number here (P6, P9)', async () => {
    const there = server()
    const fact = await outbox.record(found({ name: '完颜新来', phone: '15400001234' }))
    await sendPass(outbox, there.post, WANG, { all: true })
    const content = found({ name: '完颜新莱', phone: '15400005678' }).observation
    const next = await outbox.mend(WANG, fact.id, { ...content, person: fact.id })
    await sendPass(outbox, there.post, WANG, { all: true })
    await sendPass(outbox, there.post, WANG, { all: true })
    expect(next?.observation).toMatchObject({ supersedes: fact.id, person: fact.id })
    expect((await outbox.all(WANG)).map((one) => one.observation.body)).toEqual([
      { name: '完颜新来' },
      { name: '完颜新莱' },
    ])
    expect(await outbox.undo(WANG, next!.id, AT)).toBe('withdrawn')
    expect((await outbox.all(WANG)).at(-1)?.observation).toMatchObject({
      supersedes: next?.id,
      person: fact.id,
    })
  })

  it('is withdrawn although the correction before was refused', async () => {
    const fact = await outbox.record(found({ name: '完颜新来' }))
    await sendPass(outbox, server().post, WANG, { all: true })
    const content = found({ name: '完颜新莱', phone: '1' }).observation
    const next = await outbox.mend(WANG, fact.id, { ...content, person: fact.id })
    await outbox.take(WANG, true)
    expect(await outbox.undo(WANG, next!.id, AT)).toBe('withdrawn')
    await outbox.settle(WANG, {
      stored: [],
      refused: [{ id: next!.id, code: 'register.phone', detail: '…' }],
    })
    expect((await outbox.all(WANG)).map((one) => one.state)).toEqual(['sent', 'refused', 'waiting'])
  })
})

describe('recording', () => {
  it('is on disk before it answers, and is there after a crash (P1)', async () => {
    const fact = await outbox.record(seen())
    db.close()
    db = await openDatabase(`test-${file}`)
    expect((await outbox.all(WANG)).map((one) => one.id)).toEqual([fact.id])
    expect(fact.observation.id).toBe(fact.id)
  })

  it('keeps all of several or none', async () => {
    const ring: Record<string, unknown> = {}
    ring.self = ring
    const bad = seen(WANG, { body: ring })
    await expect(outbox.recordAll([seen(), bad])).rejects.toThrow()
    expect(await outbox.all(WANG)).toEqual([])
  })

  it('holds a fact for undo, but not one that somebody waits for', async () => {
    await outbox.record(seen())
    expect(await outbox.nextDue(WANG)).toBe(clock + UNDO_MS)
    expect(await outbox.take(WANG)).toEqual([])
    clock += UNDO_MS
    expect(await outbox.take(WANG)).toHaveLength(1)
    await outbox.record(seen(WANG, {}, true))
    expect(await outbox.nextDue(WANG)).toBeLessThanOrEqual(clock)
  })
})

describe('sending', () => {
  it('keeps the order, in posts of at most fifty (P3)', async () => {
    const made: string[] = []
    for (let n = 0; n < BATCH + 20; n += 1) {
      if (n % 7 === 0) clock += 3
      made.push((await outbox.record(seen())).id)
    }
    clock += UNDO_MS
    const there = server()
    const sum = await sendPass(outbox, there.post, WANG)
    expect(sum).toEqual({ stored: BATCH + 20, refused: 0 })
    expect(there.posts.map((ids) => ids.length)).toEqual([BATCH, 20])
    expect(there.posts.flat()).toEqual(made)
  })

  it('lets nothing overtake: an urgent fact takes the earlier ones along (P3)', async () => {
    const first = await outbox.record(seen())
    clock += 100
    const fever = await outbox.record(seen(WANG, { temperature: 38.2 }, true))
    clock += 100
    const later = await outbox.record(seen())
    const there = server()
    await sendPass(outbox, there.post, WANG)
    expect(there.posts).toEqual([[first.id, fever.id]])
    expect((await outbox.all(WANG)).find((fact) => fact.id === later.id)?.state).toBe('waiting')
  })

  it('sends the same content under the same id after a lost answer, and takes "already" as sent (P2, P5)', async () => {
    const fact = await outbox.record(seen(WANG, { temperature: 36.5 }))
    const there = server()
    const lossy: Post = async (worker, items) => {
      await there.post(worker, items)
      throw new SendError('offline')
    }
    await expect(sendPass(outbox, lossy, WANG, { all: true })).rejects.toThrow(SendError)
    expect(await states()).toEqual(['waiting'])
    const before = JSON.stringify(there.stored.get(fact.id))
    expect(await sendPass(outbox, there.post, WANG, { all: true })).toEqual({ stored: 1, refused: 0 })
    expect(JSON.stringify(there.stored.get(fact.id))).toBe(before)
    expect(await states()).toEqual(['sent'])
  })

  it('leaves what the server did not name waiting, and does not ask without end (P5)', async () => {
    await outbox.record(seen())
    const silent: Post = () => Promise.resolve({ stored: [], refused: [] })
    await expect(sendPass(outbox, silent, WANG, { all: true })).rejects.toThrow('client.unanswered')
    expect(await states()).toEqual(['waiting'])
  })

  it('stops at the first failure and keeps what was settled until then', async () => {
    for (let n = 0; n < BATCH + 1; n += 1) await outbox.record(seen())
    let posts = 0
    const there = server()
    const dropping: Post = (worker, items) => {
      posts += 1
      if (posts === 2) return Promise.reject(new SendError('busy'))
      return there.post(worker, items)
    }
    await expect(sendPass(outbox, dropping, WANG, { all: true })).rejects.toThrow(SendError)
    const kept = await outbox.all(WANG)
    expect(kept.filter((fact) => fact.state === 'sent')).toHaveLength(BATCH)
    expect(kept.filter((fact) => fact.state === 'waiting')).toHaveLength(1)
  })

  it('finds the one fact for which a whole post is refused, and sends the others', async () => {
    const made: KeptFact[] = []
    for (let n = 0; n < 7; n += 1)
      made.push(await outbox.record(seen(WANG, { body: { note: n === 4 ? 'x'.repeat(9000) : '' } })))
    const there = server()
    const strict: Post = (worker, items) =>
      items.some((item) => item.id === made[4]!.id)
        ? Promise.reject(new SendError('refused', 'too_large', '内容太大，最多 8 KiB。', 413))
        : there.post(worker, items)
    expect(await sendPass(outbox, strict, WANG, { all: true })).toEqual({ stored: 6, refused: 1 })
    const bad = (await outbox.all(WANG)).find((fact) => fact.state === 'refused')
    expect(bad?.id).toBe(made[4]!.id)
    expect(bad?.refusal?.detail).toBe('内容太大，最多 8 KiB。')
  })

  it('keeps the queue when nobody is signed in', async () => {
    await outbox.record(seen())
    const shut: Post = () => Promise.reject(new SendError('session', 'guard.sign_in', '请先登录。', 401))
    await expect(sendPass(outbox, shut, WANG, { all: true })).rejects.toMatchObject({ fault: 'session' })
    expect(await states()).toEqual(['waiting'])
    expect(await sendPass(outbox, server().post, WANG, { all: true })).toEqual({ stored: 1, refused: 0 })
  })

  it('waits longer after each failure, up to five minutes', () => {
    expect([1, 2, 3, 8, 30].map((failures) => backoff(failures, 0.5))).toEqual([
      2000, 4000, 8000, 256_000, 300_000,
    ])
  })
})

describe('what the server refuses', () => {
  const refusing =
    (code = 'guard.out_of_scope', detail = '没有找到，或不在您的职责范围内。'): Post =>
    (_worker, items) =>
      Promise.resolve({ stored: [], refused: items.map(({ id }) => ({ id, code, detail })) })

  it('stays with its reason, is not sent again by itself, and can be sent again (P5)', async () => {
    const fact = await outbox.record(seen())
    expect(await sendPass(outbox, refusing(), WANG, { all: true })).toEqual({ stored: 0, refused: 1 })
    expect((await outbox.all(WANG))[0]!.refusal?.code).toBe('guard.out_of_scope')
    const there = server()
    await sendPass(outbox, there.post, WANG, { all: true })
    expect(there.posts).toEqual([])
    expect(await outbox.retry(WANG, fact.id)).toBe(true)
    await sendPass(outbox, there.post, WANG)
    expect(there.posts).toEqual([[fact.id]])
    expect(await states()).toEqual(['sent'])
  })

  it('can be mended: a new fact goes in its place', async () => {
    const fact = await outbox.record(seen(WANG, { temperature: 46 }))
    await sendPass(outbox, refusing('field_range'), WANG, { all: true })
    const content = contentOf(fact)
    const mended = await outbox.mend(WANG, fact.id, { ...content, temperature: 36.4 })
    expect(mended?.id).not.toBe(fact.id)
    expect(mended?.observation).toMatchObject({ temperature: 36.4, at: AT, id: mended?.id })
    expect(mended?.observation.supersedes).toBeUndefined()
    expect((await outbox.all(WANG)).map((one) => one.id)).toEqual([mended?.id])
    expect(await sendPass(outbox, server().post, WANG)).toEqual({ stored: 1, refused: 0 })
  })

  it('can be put aside, and is kept', async () => {
    const fact = await outbox.record(seen())
    await sendPass(outbox, refusing(), WANG, { all: true })
    expect(await outbox.undo(WANG, fact.id, AT)).toBe('nothing')
    expect(await outbox.setAside(WANG, fact.id)).toBe(true)
    expect(await states()).toEqual(['aside'])
    expect(await outbox.retry(WANG, fact.id)).toBe(true)
    expect(await states()).toEqual(['waiting'])
  })

  it('is gone with its own withdrawal (P7)', async () => {
    const fact = await outbox.record(seen())
    await outbox.take(WANG, true)
    expect(await outbox.undo(WANG, fact.id, AT)).toBe('withdrawn')
    expect(await sendPass(outbox, refusing(), WANG, { all: true })).toEqual({ stored: 0, refused: 0 })
    expect(await outbox.all(WANG)).toEqual([])
  })

  it('does not unsay what was acknowledged', async () => {
    const fact = await outbox.record(seen())
    await outbox.settle(WANG, storedAll([fact.observation]))
    await outbox.settle(WANG, { stored: [], refused: [{ id: fact.id, code: 'id_reused', detail: '…' }] })
    expect(await states()).toEqual(['sent'])
  })

  it('keeps a withdrawal that came too late, with the reason', async () => {
    const fact = await outbox.record(seen())
    await sendPass(outbox, server().post, WANG, { all: true })
    await outbox.undo(WANG, fact.id, AT)
    await sendPass(outbox, refusing('task.no_undo', '现在不能撤销：对方已经处理'), WANG)
    expect(await states()).toEqual(['sent', 'refused'])
  })
})

describe('a clock that was set back', () => {
  it('neither holds a fact for hours nor lets a withdrawal overtake what it withdraws', async () => {
    const fact = await outbox.record(seen())
    clock -= 3 * 3600_000
    expect(await outbox.nextDue(WANG)).toBe(clock)
    expect(await outbox.take(WANG)).toHaveLength(1)
    // The page was opened anew: the maker of ids remembers nothing.
    vi.resetModules()
    const { Outbox: FreshOutbox } = await import('./outbox')
    outbox = new FreshOutbox(
      () => Promise.resolve(db),
      () => clock,
    )
    await outbox.undo(WANG, fact.id, AT)
    const later = await outbox.record(seen())
    expect((await outbox.all(WANG)).map((one) => one.observation.result)).toEqual([
      'seen',
      'withdrawn',
      'seen',
    ])
    expect(later.id > fact.id).toBe(true)
    expect(later.madeAt).toBe(clock)
  })
})

describe('undo', () => {
  it('deletes what never left the phone (P6)', async () => {
    const fact = await outbox.record(seen())
    expect(await outbox.undo(WANG, fact.id, AT)).toBe('deleted')
    expect(await outbox.all(WANG)).toEqual([])
  })

  it('withdraws what is on the server, once (P6)', async () => {
    const fact = await outbox.record(seen())
    const there = server()
    await sendPass(outbox, there.post, WANG, { all: true })
    clock += 1000
    expect(await outbox.undo(WANG, fact.id, AT)).toBe('withdrawn')
    expect(await outbox.undo(WANG, fact.id, AT)).toBe('nothing')
    await sendPass(outbox, there.post, WANG)
    const last = there.stored.get(there.posts.at(-1)![0]!)
    expect(last).toMatchObject({ result: 'withdrawn', supersedes: fact.id, programme: 'list_follow_up' })
  })

  it('withdraws what may have arrived: a fact that left before a crash is never deleted (P4, P6)', async () => {
    const fact = await outbox.record(seen())
    await outbox.take(WANG, true)
    expect(await outbox.undo(WANG, fact.id, AT)).toBe('withdrawn')
    const there = server()
    await sendPass(outbox, there.post, WANG, { all: true })
    expect(there.posts).toHaveLength(1)
    expect(there.posts[0]![0]).toBe(fact.id)
    expect([...there.stored.values()].map((item) => item.result)).toEqual(['seen', 'withdrawn'])
  })
})

describe('mending', () => {
  it('changes in place what never left', async () => {
    const fact = await outbox.record(seen())
    const content = contentOf(fact)
    const next = await outbox.mend(WANG, fact.id, { ...content, temperature: 36.8 })
    expect(next?.id).toBe(fact.id)
    expect(await states()).toEqual(['waiting'])
  })

  it('supersedes what may be on the server, and only its newest version', async () => {
    const fact = await outbox.record(seen())
    await sendPass(outbox, server().post, WANG, { all: true })
    const content = contentOf(fact)
    const next = await outbox.mend(WANG, fact.id, { ...content, result: 'not_home' })
    expect(next?.observation.supersedes).toBe(fact.id)
    expect(await outbox.mend(WANG, fact.id, content)).toBeNull()
    expect(await outbox.undo(WANG, next!.id, AT)).toBe('deleted')
    expect(await outbox.mend(WANG, fact.id, content)).not.toBeNull()
  })
})

describe('two workers on one phone', () => {
  it('never send, see or change each other’s facts (P8)', async () => {
    const his = await outbox.record(seen(WANG))
    await outbox.record(seen(LI))
    const there = server()
    expect(await sendPass(outbox, there.post, LI, { all: true })).toEqual({ stored: 1, refused: 0 })
    expect(there.posts.flat()).not.toContain(his.id)
    expect(await outbox.undo(LI, his.id, AT)).toBe('nothing')
    expect(await outbox.mend(LI, his.id, his.observation)).toBeNull()
    expect(await outbox.retry(LI, his.id)).toBe(false)
    expect((await outbox.settle(LI, storedAll([his.observation]))).stored).toBe(0)
    expect(await states(WANG)).toEqual(['waiting'])
    expect(await outbox.waitingByWorker()).toEqual(new Map([[WANG, 1]]))
  })
})

describe('keeping house', () => {
  it('drops old sent facts and nothing else', async () => {
    const sent = await outbox.record(seen())
    await outbox.settle(WANG, storedAll([sent.observation]))
    const refused = await outbox.record(seen())
    await outbox.settle(WANG, { stored: [], refused: [{ id: refused.id, code: 'x', detail: 'y' }] })
    await outbox.record(seen())
    clock += SENT_KEPT_MS + 1
    await outbox.dropOldSent()
    expect((await states()).sort()).toEqual(['refused', 'waiting'])
  })
})
