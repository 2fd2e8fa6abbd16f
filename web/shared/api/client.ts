/** The one way to the server: JSON under /api/v1, the session's anti-forgery token on every change, refusals as ApiError. */
import { t } from '@/shared/i18n'
import type { Problem } from './schema'

export type Query = Record<string, string | number | boolean | null | undefined>

/** A refusal: the server's problem document, or the browser's own ("client.offline") when no answer came. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title)
    this.name = 'ApiError'
  }
  get code(): string {
    return this.problem.code
  }
  get status(): number {
    return this.problem.status
  }
}

let csrf = ''
let signedOut: () => void = () => {}

export function setCsrf(token: string): void {
  csrf = token
}

/** What to do when the server says that nobody is signed in. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler
}

export function apiUrl(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) {
      search.set(name, value === true ? '1' : String(value))
    }
  }
  const text = search.toString()
  return `/api/v1/${path}${text ? `?${text}` : ''}`
}

export interface RequestOptions {
  query?: Query
  body?: unknown
  form?: FormData
  signal?: AbortSignal
  /** The sign-in page asks whether there is a session: its 401 is an answer. */
  quiet401?: boolean
}

function ownProblem(code: 'client.offline' | 'client.answer', status: number): ApiError {
  const detail = code === 'client.offline' ? t('problem.offline') : t('problem.answer', { status })
  return new ApiError({ type: 'about:blank', title: detail, detail, status, code, instance: '' })
}

async function problemOf(response: Response): Promise<ApiError> {
  if (response.headers.get('Content-Type')?.includes('json')) {
    try {
      const problem = (await response.json()) as Partial<Problem>
      if (typeof problem.code === 'string') return new ApiError(problem as Problem)
    } catch {
      /* not a problem document after all */
    }
  }
  return ownProblem('client.answer', response.status)
}

export async function request<Answer>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  let body: BodyInit | undefined
  if (options.form) body = options.form
  else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(options.body)
  }
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  let response: Response
  try {
    response = await fetch(apiUrl(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
      credentials: 'same-origin',
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw ownProblem('client.offline', 0)
  }
  if (!response.ok) {
    const error = await problemOf(response)
    if (error.status === 401 && !options.quiet401) signedOut()
    throw error
  }
  return (await response.json()) as Answer
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** Words for whatever went wrong. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.message
  return t('problem.page')
}
