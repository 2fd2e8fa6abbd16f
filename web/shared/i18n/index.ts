/** Texts in two languages. Keys are those of the Chinese locale files, checked by the compiler; `npm run check:locales` holds
 * the languages against each other and against use. The choice is kept in the cookie `lang`, which the server reads too.
 * A text may hold {placeholders}; "one | many" chooses by the placeholder n. */
import { ref, shallowRef } from 'vue'
import type desk from '@/locales/zh/desk.json'
import type field from '@/locales/zh/field.json'
import type shared from '@/locales/zh/shared.json'

export type TextKey = keyof typeof shared | keyof typeof desk | keyof typeof field
export type Lang = 'zh' | 'en'
export type TextParams = Record<string, string | number>
type Texts = Record<string, string>
type Loader = (lang: Lang) => Promise<Texts>

export const lang = ref<Lang>(preferredLang())
const texts = shallowRef<Texts>({})
let loaders: Loader[] = []

function preferredLang(): Lang {
  const cookie = /(?:^|;\s*)lang=(zh|en)(?:;|$)/.exec(typeof document === 'undefined' ? '' : document.cookie)
  if (cookie) return cookie[1] as Lang
  const wanted = typeof navigator === 'undefined' ? ['zh'] : navigator.languages
  const first = wanted.find((name) => /^(zh|en)\b/i.test(name))
  return first?.toLowerCase().startsWith('en') ? 'en' : 'zh'
}

async function load(next: Lang): Promise<void> {
  const parts = await Promise.all(loaders.map((loader) => loader(next)))
  texts.value = Object.assign({}, ...parts)
  lang.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
}

/** Called once by each app with the files it uses. */
export async function startTexts(...files: Loader[]): Promise<void> {
  loaders = files
  await load(lang.value)
}

export async function setLang(next: Lang): Promise<void> {
  const year = 365 * 24 * 3600
  document.cookie = `lang=${next}; Path=/; Max-Age=${year}; SameSite=Lax`
  await load(next)
}

/** For tests: texts given at once. */
export function setTexts(given: Texts, language: Lang): void {
  texts.value = given
  lang.value = language
}

const formats: Record<Lang, Intl.NumberFormat> = {
  zh: new Intl.NumberFormat('zh-CN'),
  en: new Intl.NumberFormat('en'),
}

export function number(value: number): string {
  return formats[lang.value].format(value)
}

function fill(text: string, params: TextParams): string {
  const forms = text.split(' | ')
  const form = forms.length > 1 && params.n !== 1 ? forms[1]! : forms[0]!
  return form.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = params[name]
    if (value === undefined) return all
    return typeof value === 'number' ? number(value) : value
  })
}

export function t(key: TextKey, params: TextParams = {}): string {
  return fill(texts.value[key] ?? key, params)
}

/** The text for a code of the API: word('role.', 'clerk'). A code without a text shows as itself. */
export function word(prefix: string, code: string, params: TextParams = {}): string {
  const text = texts.value[prefix + code]
  return text === undefined ? code : fill(text, params)
}
