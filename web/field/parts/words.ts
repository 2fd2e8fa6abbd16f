/** Facts, people and doors in words. */
import { lang, t, word } from '@/shared/i18n'
import { dayText } from '@/shared/format/time'
import {
  isWithdrawal,
  type FieldDoor,
  type FieldPerson,
  type KeptFact,
  type Observation,
} from '../model/fact'
import type { DoorView } from '../model/doors'
import { programmes, zone } from '../keep/state'
import { momentOf } from '../model/clock'
import { foundOf, isFound, REGISTER } from '../model/found'
import { resultOf, type FormField, type ProgrammeResult } from '../model/programme'
import { temperatureText, tenthsOf } from '../model/temperature'

export function said(text: { zh: string; en: string }): string {
  return lang.value === 'zh' ? text.zh : text.en
}

export function programmeWord(code: string): string {
  const programme = programmes.value[code]
  return programme ? said(programme) : word('programme.', code)
}

/** A result as its programme says it; the same code may read otherwise in another programme. */
export function resultWord(programme: string, code: string): string {
  if (code === 'withdrawn') return t('field.result.withdrawn')
  const result: ProgrammeResult | undefined = resultOf(programmes.value[programme], code)
  return result ? said(result) : word('result.', code)
}

export function degreesText(temperature: number): string {
  return `${temperatureText(tenthsOf(temperature))} ℃`
}

/** "见到了 36.5 ℃" */
export function factValue(fact: { observation: Observation }): string {
  const { programme, result, temperature } = fact.observation
  const text = resultWord(programme, result)
  return typeof temperature === 'number' ? `${text} ${degreesText(temperature)}` : text
}

/** "501 王某": whom or which door it is about. */
export function factTitle(fact: KeptFact): string {
  if (isFound(fact) && !isWithdrawal(fact)) return `${fact.shown.door} ${foundOf(fact).name}`
  return fact.shown.person ? `${fact.shown.door} ${fact.shown.person}` : fact.shown.door
}

/** "10:42" today, "2月13日 10:42" before. */
export function factTime(fact: KeptFact): string {
  const moment = momentOf(fact.madeAt, zone.value)
  const clock = moment.slice(11, 16)
  const day = moment.slice(0, 10)
  return day === momentOf(Date.now(), zone.value).slice(0, 10) ? clock : `${dayText(day)} ${clock}`
}

export function personWords(person: FieldPerson): string {
  const parts = []
  if (person.sex === 1 || person.sex === 2) parts.push(word('sex.', String(person.sex)))
  if (person.age !== null) parts.push(t('person.age', { n: person.age }))
  if (person.relation !== null) parts.push(word('relation.', String(person.relation)))
  return parts.join(lang.value === 'zh' ? ' ' : ', ')
}

/** "王某等3人", beginning with those who are looked for. */
export function doorPeople(view: DoorView): string {
  const { people } = view.door
  const wanted = view.tasks.find((task) => task.standing === 'open')?.person ?? view.tasks[0]?.person
  const first = wanted ?? people.find((person) => person.relation === 0) ?? people[0]
  if (!first) return t('field.door.nobody')
  return people.length > 1 ? t('field.door.people', { name: first.name, n: people.length }) : first.name
}

export function shownOf(door: FieldDoor, person: FieldPerson | null = null): KeptFact['shown'] {
  return { place: door.place, door: door.label, person: person?.name ?? null }
}

/** The parts of a fact's body that a form shows, as "label: value". */
export function bodyLines(observation: Observation): { label: string; value: string }[] {
  const body = (observation.body ?? {}) as Record<string, unknown>
  const form = programmes.value[observation.programme]?.form ?? []
  const lines: { label: string; value: string }[] = []
  const add = (label: string, value: string): void => void (value && lines.push({ label, value }))
  if (observation.programme === REGISTER) {
    if (observation.supersedes) add(t('field.found.name'), String(body.name ?? ''))
    if (typeof body.relation === 'number')
      add(t('field.found.relation'), word('relation.', String(body.relation)))
    if (typeof body.phone === 'string') add(t('field.found.phone'), body.phone)
    if (typeof body.idno === 'string') add(t('field.found.idno'), body.idno)
    if (body.phone === null) add(t('field.found.phone'), t('field.found.dropped'))
    if (body.idno === null) add(t('field.found.idno'), t('field.found.dropped'))
    return lines
  }
  if (typeof body.first_temperature === 'number')
    add(t('field.form.first'), degreesText(body.first_temperature))
  if (typeof body.site === 'string') add(t('field.form.site'), word('site.', body.site))
  for (const field of form) if (field.type !== 'temperature') add(said(field), fieldText(field, body))
  if (body.by_phone === true && !form.some((field) => field.name === 'by_phone'))
    add(t('field.form.by_phone'), t('field.form.yes'))
  return lines
}

function fieldText(field: FormField, body: Record<string, unknown>): string {
  const value = body[field.name]
  if (field.type === 'place') return String(body[`${field.name}_text`] ?? value ?? '')
  if (value === undefined || value === null || value === '' || value === false) return ''
  if (field.type === 'bool') return t('field.form.yes')
  if (field.type === 'day') return dayText(String(value))
  if (field.type === 'choices' && Array.isArray(value))
    return value
      .map((code) => {
        const choice = field.choices?.find((one) => one.code === code)
        return choice ? said(choice) : word('symptom.', String(code))
      })
      .join(lang.value === 'zh' ? '、' : ', ')
  return String(value)
}
