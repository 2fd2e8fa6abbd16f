/** The service worker, and the way to a new version: it waits until the worker says so, or until the app is next opened.
 * The queue is in IndexedDB and is not touched by any of this. */
import { ref } from 'vue'

/** A new version is here and waits. */
export const updateReady = ref(false)
let waitingWorker: ServiceWorker | null = null
let asked = false

function offer(worker: ServiceWorker | null): void {
  if (!worker) return
  waitingWorker = worker
  updateReady.value = true
}

export function startWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes over silently; a newer one was asked for here or in another window.
    if (asked) window.location.reload()
  })
  navigator.serviceWorker.register('/field/sw.js', { scope: '/field/' }).then(
    (registration) => {
      if (navigator.serviceWorker.controller) offer(registration.waiting)
      registration.addEventListener('updatefound', () => {
        const next = registration.installing
        next?.addEventListener('statechange', () => {
          if (next.state === 'installed' && navigator.serviceWorker.controller) offer(next)
        })
      })
      // A phone may keep the app open for days.
      setInterval(() => void registration.update().catch(() => undefined), 3600_000)
    },
    () => {
      /* without one, the page works while there is a network */
    },
  )
}

export function takeUpdate(): void {
  asked = true
  waitingWorker?.postMessage('take-over')
}
