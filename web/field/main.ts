import { createApp, watch } from 'vue'
import { startTexts } from '@/shared/i18n'
import { session } from '@/shared/session'
import '@/shared/tokens.css'
import 'vant/es/style/base.css'
import './styles/field.css'
import App from './App.vue'
import { listen, start } from './keep/state'
import { startWorker } from './keep/update'
import { router } from './router'

async function open(): Promise<void> {
  await startTexts(
    async (lang) => (lang === 'zh' ? await import('./texts/zh') : await import('./texts/en')).texts,
  )
  await start()
  listen()
  watch(session, (now) => {
    const here = router.currentRoute.value
    if (!now && here.name !== 'sign-in')
      void router.replace({ name: 'sign-in', query: here.fullPath === '/' ? {} : { then: here.fullPath } })
  })
  createApp(App).use(router).mount('#app')
  startWorker()
}

void open()
