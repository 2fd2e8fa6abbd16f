/** Watches a job until it ends: by server-sent events, and by asking every two seconds where those do not come through. */
import { apiUrl, request } from './client'
import type { Job } from './schema'

const ASK_EVERY = 2000

export function jobEnded(job: Job): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled'
}

/** Calls `onJob` with each state, the last one being the end. Returns what stops watching. */
export function watchJob(
  id: string,
  onJob: (job: Job) => void,
  onError: (error: unknown) => void,
): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const source = typeof EventSource === 'undefined' ? null : new EventSource(apiUrl(`jobs/${id}/events`))
  function stop(): void {
    stopped = true
    source?.close()
    clearTimeout(timer)
  }
  function take(job: Job): void {
    if (stopped) return
    if (jobEnded(job)) stop()
    onJob(job)
  }
  async function ask(): Promise<void> {
    try {
      take(await request<Job>('GET', `jobs/${id}`))
    } catch (error) {
      if (!stopped) {
        stop()
        onError(error)
      }
      return
    }
    if (!stopped) timer = setTimeout(() => void ask(), ASK_EVERY)
  }

  if (!source) {
    void ask()
    return stop
  }
  const read = (event: MessageEvent<string>): void => {
    try {
      take(JSON.parse(event.data) as Job)
    } catch {
      /* a remark, not a state */
    }
  }
  source.onmessage = read
  source.addEventListener('progress', read as EventListener)
  source.onerror = () => {
    // The stream ends with the job, or breaks: asking tells which.
    source.close()
    if (!stopped) void ask()
  }
  return stop
}
