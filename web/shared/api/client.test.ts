import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import zh from '@/locales/zh/shared.json'
import { setTexts } from '@/shared/i18n'
import { ApiError, apiUrl, onSignedOut, request, setCsrf } from './client'

const answer = (status: number, body: unknown, type = 'application/json'): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': type },
  })

beforeEach(() => setTexts(zh, 'zh'))
afterEach(() => {
  vi.unstubAllGlobals()
  setCsrf('')
  onSignedOut(() => {})
})

test('empty filters stay out of the address', () => {
  expect(
    apiUrl('tasks', { place: '', state: 'open,overdue', pool: false, list: null, after: undefined }),
  ).toBe('/api/v1/tasks?state=open%2Coverdue')
  expect(apiUrl('tasks', { pool: true })).toBe('/api/v1/tasks?pool=1')
})

test('a change carries the anti-forgery token, a read does not', async () => {
  const calls: RequestInit[] = []
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    calls.push(init)
    return Promise.resolve(answer(200, { ok: true }))
  })
  setCsrf('token-1')
  await request('GET', 'session')
  await request('POST', 'tasks/assign', { body: { tasks: [] } })
  expect(calls[0]?.headers).not.toHaveProperty('X-CSRF-Token')
  expect(calls[1]?.headers).toMatchObject({ 'X-CSRF-Token': 'token-1', 'Content-Type': 'application/json' })
})

test("a refusal speaks with the server's words and keeps its code and place", async () => {
  const problem = {
    type: 'about:blank',
    title: '证件号不对',
    detail: '证件号不对：校验位不符',
    status: 422,
    code: 'register.idno',
    where: 'idno',
    instance: 'r-1',
  }
  vi.stubGlobal('fetch', () => Promise.resolve(answer(422, problem, 'application/problem+json')))
  const error = await request('POST', 'people', { body: {} }).catch((fault: unknown) => fault)
  expect(error).toBeInstanceOf(ApiError)
  expect((error as ApiError).message).toBe('证件号不对：校验位不符')
  expect((error as ApiError).code).toBe('register.idno')
  expect((error as ApiError).problem.where).toBe('idno')
})

test('a lost session is told once; the sign-in page asks quietly', async () => {
  const signedOut = vi.fn()
  onSignedOut(signedOut)
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      answer(
        401,
        { code: 'guard.sign_in', title: 't', detail: 'd', status: 401 },
        'application/problem+json',
      ),
    ),
  )
  await request('GET', 'today').catch(() => undefined)
  await request('GET', 'session', { quiet401: true }).catch(() => undefined)
  expect(signedOut).toHaveBeenCalledTimes(1)
})

test('no answer, and an answer that is no problem document, have words of their own', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
  const offline = (await request('GET', 'today').catch((fault: unknown) => fault)) as ApiError
  expect(offline.code).toBe('client.offline')
  expect(offline.message).toContain('没有连上服务器')
  vi.stubGlobal('fetch', () => Promise.resolve(answer(502, '<html>', 'text/html')))
  const gateway = (await request('GET', 'today').catch((fault: unknown) => fault)) as ApiError
  expect(gateway.code).toBe('client.answer')
  expect(gateway.message).toContain('502')
})
