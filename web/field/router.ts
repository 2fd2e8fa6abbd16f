/** The phone's pages: few, and all in the first load, so that each opens without a network. */
import { createRouter, createWebHistory } from 'vue-router'
import { session } from '@/shared/session'
import BatchPage from './pages/BatchPage.vue'
import DoorPage from './pages/DoorPage.vue'
import MePage from './pages/MePage.vue'
import OutboxPage from './pages/OutboxPage.vue'
import SearchPage from './pages/SearchPage.vue'
import SignInPage from './pages/SignInPage.vue'
import TodayPage from './pages/TodayPage.vue'

export const router = createRouter({
  history: createWebHistory('/field/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignInPage },
    { path: '/', name: 'today', component: TodayPage },
    { path: '/door/:place', name: 'door', component: DoorPage, props: true },
    { path: '/batch', name: 'batch', component: BatchPage },
    { path: '/search', name: 'search', component: SearchPage },
    { path: '/outbox', name: 'outbox', component: OutboxPage },
    { path: '/me', name: 'me', component: MePage },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach((to) => {
  if (!session.value && to.name !== 'sign-in')
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { then: to.fullPath } }
  if (session.value && to.name === 'sign-in') return { name: 'today' }
  return true
})

/** Back to the day's doors: where one was in the list, when one came from there. */
export function toToday(): void {
  const before = (window.history.state as { back?: string | null } | null)?.back
  if (before === '/' || before?.startsWith('/?')) router.back()
  else void router.push({ name: 'today' })
}
