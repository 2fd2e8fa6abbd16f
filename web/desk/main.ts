import { createApp } from 'vue'
import { onSignedOut } from '@/shared/api/client'
import { startTexts, type Lang } from '@/shared/i18n'
import { forgetSession, session } from '@/shared/session'
import '@/shared/tokens.css'
import './styles/element'
import './styles/desk.css'
import './styles/print.css'
import App from './App.vue'
import { router } from './router'

const texts = async (lang: Lang): Promise<Record<string, string>> => {
  const [shared, desk] = await (lang === 'zh'
    ? Promise.all([import('@/locales/zh/shared.json'), import('@/locales/zh/desk.json')])
    : Promise.all([import('@/locales/en/shared.json'), import('@/locales/en/desk.json')]))
  return { ...shared.default, ...desk.default }
}

onSignedOut(() => {
  if (!session.value) return
  forgetSession()
  const here = router.currentRoute.value
  void router.push({ name: 'sign-in', query: { then: here.fullPath, ended: '1' } })
})

void startTexts(texts).then(() => createApp(App).use(router).mount('#app'))
