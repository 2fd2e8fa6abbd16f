/**
 * The phone's service worker: the page starts without a network, and what waits is sent when the network is back.
 *
 *   P1 the shell (page, scripts, styles, texts, icons) is kept whole under its version; a version is either all there or not used
 *   P2 nothing under /api/ is ever kept or answered from here
 *   P3 a new version waits until the page asks for it or no page is open; the outbox is in IndexedDB and is not touched
 *   P4 a background sync sends the outbox of whoever is signed in, under that session only
 */
import { database, keptSession } from './keep/database'
import { Outbox } from './keep/outbox'
import { freshSession, postFacts, SendError } from './keep/post'
import { alone, sendPass } from './keep/send'
import { CHANNEL, SYNC_TAG } from './keep/names'

declare const __SHELL__: string[]
declare const __SHELL_VERSION__: string

const worker = self as unknown as ServiceWorkerGlobalScope
const PREFIX = 'wangge-field-shell-'
const CACHE = PREFIX + __SHELL_VERSION__
const PAGE = '/field/'
const shell = new Set(__SHELL__)

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      // Names with a hash may come from the browser's own cache; the page and the icons are asked for anew.
      cache.addAll(
        __SHELL__.map(
          (path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' }),
        ),
      ),
    ),
  )
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
      await worker.clients.claim()
    })(),
  )
})

worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') void worker.skipWaiting()
})

async function fromShell(path: string, request: Request): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(path)
  return kept ?? fetch(request)
}

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin || url.pathname.startsWith('/api/'))
    return
  if (request.mode === 'navigate' && url.pathname.startsWith(PAGE))
    event.respondWith(fromShell(PAGE, request))
  else if (shell.has(url.pathname)) event.respondWith(fromShell(url.pathname, request))
})

/** A rejected sync is tried again by the browser, at its own pace. */
async function sendAll(): Promise<void> {
  const session = await keptSession()
  if (!session) return
  const outbox = new Outbox(database)
  const me = session.worker.id
  try {
    if ((await outbox.nextDue(me)) === null) return
    await freshSession(me)
    await alone(() => sendPass(outbox, postFacts, me, { all: true }))
  } catch (error) {
    // Without a session there is nothing to wait for: the worker signs in first, and the page sends.
    if (error instanceof SendError && error.fault === 'session') return
    throw error
  } finally {
    const channel = new BroadcastChannel(CHANNEL)
    channel.postMessage('stored')
    channel.close()
  }
}

interface SyncEvent extends ExtendableEvent {
  tag: string
}
worker.addEventListener('sync' as 'message', (event) => {
  const sync = event as unknown as SyncEvent
  if (sync.tag === SYNC_TAG) sync.waitUntil(sendAll())
})
