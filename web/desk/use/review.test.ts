import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import type { ReviewItem } from '@/shared/api/schema'
import { useReview } from './review'

const calls = vi.hoisted(() => ({
  reviewNext: vi.fn(),
  reviewReady: vi.fn(),
  reviewDecide: vi.fn(),
  reviewRelease: vi.fn(() => Promise.resolve()),
  reviewUndo: vi.fn(),
}))
vi.mock('@/shared/api/calls', () => calls)

const row = (number: number, loading: number | null): ReviewItem => ({
  list: 'list',
  list_name: '铁路',
  row: number,
  until: '2020-02-14T12:00:00+08:00',
  fields: [{ header: '姓名', kind: 'name', value: '王小玮' }],
  candidates: [],
  left: 2,
  reason_text: '',
  loading,
})
const answer = (item: ReviewItem | null) => ({ item, left: 2, by_others: 0 })

let scope: EffectScope
beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => undefined) // hooks of a page, called outside one
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.clearAllMocks()
})

describe('a row that comes before the register is loaded', () => {
  it('is shown at once, cannot be decided, and is asked for again when its candidates can be had', async () => {
    calls.reviewNext.mockResolvedValueOnce(answer(row(7, 0.1)))
    const queue = scope.run(() => useReview(ref('')))!
    await vi.advanceTimersByTimeAsync(0)
    expect(queue.item.value?.row).toBe(7)
    expect(queue.register.value).toBe(0.1)
    await queue.decide('new', null, '王小玮')
    expect(calls.reviewDecide).not.toHaveBeenCalled()
    expect(calls.reviewNext).toHaveBeenCalledTimes(1) // none ahead of it

    calls.reviewReady.mockResolvedValueOnce({ loading: 0.6 })
    await vi.advanceTimersByTimeAsync(500)
    expect(queue.register.value).toBe(0.6)
    expect(queue.item.value?.row).toBe(7)

    calls.reviewReady.mockResolvedValueOnce({ loading: null })
    calls.reviewNext.mockResolvedValueOnce(answer(row(7, null))).mockResolvedValueOnce(answer(row(8, null)))
    await vi.advanceTimersByTimeAsync(500)
    await nextTick()
    expect(queue.register.value).toBe(null)
    expect(queue.item.value).toMatchObject({ row: 7, loading: null })
    expect(calls.reviewNext).toHaveBeenLastCalledWith(null, { list: 'list', row: 7 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(calls.reviewReady).toHaveBeenCalledTimes(2)
  })

  it('says why when the server does not answer, and asks no more', async () => {
    calls.reviewNext.mockResolvedValueOnce(answer(row(7, 0)))
    const queue = scope.run(() => useReview(ref('')))!
    await vi.advanceTimersByTimeAsync(0)
    calls.reviewReady.mockRejectedValueOnce(new Error('offline'))
    await vi.advanceTimersByTimeAsync(2000)
    expect(queue.error.value).toBeInstanceOf(Error)
    expect(calls.reviewReady).toHaveBeenCalledTimes(1)
  })
})
