/** The desk's pages. A page is loaded when it is first opened; each says which right it needs. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Right } from '@/shared/api/schema'
import { loadSession, mayAny, session } from '@/shared/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Any of them opens it; without, any account may. */
    rights?: Right[]
    /** Open without an account. */
    open?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignIn.vue'), meta: { open: true } },
  {
    path: '/',
    name: 'today',
    component: () => import('./pages/TodayPage.vue'),
    meta: { rights: ['task.see'] },
  },
  {
    path: '/lists',
    name: 'lists',
    component: () => import('./pages/ListsPage.vue'),
    meta: { rights: ['list.read'] },
  },
  {
    path: '/lists/import/:id?',
    name: 'list-import',
    component: () => import('./pages/ListImport.vue'),
    meta: { rights: ['list.import'] },
  },
  {
    path: '/lists/:id',
    name: 'list',
    component: () => import('./pages/ListPage.vue'),
    meta: { rights: ['list.read'] },
  },
  {
    path: '/review',
    name: 'review',
    component: () => import('./pages/ReviewPage.vue'),
    meta: { rights: ['review'] },
  },
  {
    path: '/tasks',
    name: 'tasks',
    component: () => import('./pages/TasksPage.vue'),
    meta: { rights: ['task.see'] },
  },
  {
    path: '/people',
    name: 'people',
    component: () => import('./pages/PeoplePage.vue'),
    meta: { rights: ['person.read'] },
  },
  {
    path: '/people/:id',
    name: 'person',
    component: () => import('./pages/PersonPage.vue'),
    meta: { rights: ['person.read'] },
  },
  {
    path: '/places',
    name: 'places',
    component: () => import('./pages/PlacesPage.vue'),
    meta: { rights: ['person.read', 'place.write'] },
  },
  {
    path: '/reports',
    name: 'reports',
    component: () => import('./pages/ReportsPage.vue'),
    meta: { rights: ['report.read'] },
  },
  {
    path: '/accounts',
    name: 'accounts',
    component: () => import('./pages/AccountsPage.vue'),
    meta: { rights: ['account.write'] },
  },
  {
    path: '/audit',
    name: 'audit',
    component: () => import('./pages/AuditPage.vue'),
    meta: { rights: ['audit.read'] },
  },
  {
    path: '/check',
    name: 'check',
    component: () => import('./pages/CheckPage.vue'),
    meta: { rights: ['audit.read'] },
  },
  { path: '/password', name: 'password', component: () => import('./pages/PasswordPage.vue') },
  { path: '/nothing', name: 'nothing', component: () => import('./pages/NothingHere.vue') },
  { path: '/:rest(.*)*', name: 'unknown', component: () => import('./pages/UnknownPage.vue') },
]

export const router = createRouter({
  history: createWebHistory('/desk/'),
  routes,
  scrollBehavior(to, from, saved) {
    if (saved) return saved
    return to.path === from.path ? {} : { top: 0 }
  },
})

/** The first page this account may open. */
export function homeName(): string {
  const first = ['today', 'review', 'lists', 'people', 'accounts'].find((name) => {
    const rights = routes.find((route) => route.name === name)?.meta?.rights
    return rights !== undefined && mayAny(rights)
  })
  return first ?? 'nothing'
}

let asked = false
router.beforeEach(async (to) => {
  if (!asked) {
    asked = true
    await loadSession().catch(() => false)
  }
  if (to.meta.open) return true
  if (!session.value) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { then: to.fullPath } }
  if (!mayAny(to.meta.rights)) return to.name === 'today' ? { name: homeName() } : { name: 'nothing' }
  return true
})
