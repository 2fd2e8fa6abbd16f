import { createApp } from 'vue'
import { startTexts, type Lang } from '@/shared/i18n'
import '@/shared/tokens.css'
import App from './App.vue'

const texts = async (lang: Lang): Promise<Record<string, string>> =>
  lang === 'zh'
    ? {
        ...(await import('@/locales/zh/shared.json')).default,
        ...(await import('@/locales/zh/field.json')).default,
      }
    : {
        ...(await import('@/locales/en/shared.json')).default,
        ...(await import('@/locales/en/field.json')).default,
      }

void startTexts(texts).then(() => createApp(App).mount('#app'))
