/** Programmes are data: results, form and alarms come with the day's doors and are read here. */
import logic, { type RulesLogic } from 'json-logic-js'

export type Effect = 'done' | 'excused' | 'tried' | 'passed' | 'none' | 'withdrawn'
export interface ProgrammeResult {
  code: string
  zh: string
  en: string
  effect: Effect
}
export type FieldType = 'temperature' | 'choices' | 'text' | 'day' | 'place' | 'number' | 'bool'
export interface FormField {
  name: string
  type: FieldType
  zh: string
  en: string
  when?: RulesLogic
  choices?: { code: string; zh: string; en: string }[]
}
export interface Programme {
  zh: string
  en: string
  daily: boolean
  /** Daily: local time by which each household is due. */
  due?: string
  results: ProgrammeResult[]
  form: FormField[]
  alarms: { kind: string; when: RulesLogic }[]
}
export type Programmes = Record<string, Programme>

export const FOLLOW_UP = 'list_follow_up'
export const SCREENING = 'daily_screening'
export const DAILY_DUE = '20:00'

/** A condition that cannot be read shows the field rather than hiding it. */
function holds(when: RulesLogic | undefined, data: object): boolean {
  if (when === undefined) return true
  try {
    return Boolean(logic.apply(when, data))
  } catch {
    return true
  }
}

export function resultOf(programme: Programme | undefined, code: string): ProgrammeResult | undefined {
  return programme?.results.find((result) => result.code === code)
}

export function effectOf(programme: Programme | undefined, code: string): Effect {
  return code === 'withdrawn' ? 'withdrawn' : (resultOf(programme, code)?.effect ?? 'none')
}

/** The fields that a result asks for. */
export function fieldsFor(programme: Programme | undefined, result: string): FormField[] {
  return programme?.form.filter((field) => holds(field.when, { result })) ?? []
}

export interface AlarmData {
  result: string
  temperature?: number | null
  symptoms?: string[]
}

/** Would this reading raise the programme's fever alarm? The threshold is the programme's own. */
export function isFever(programme: Programme | undefined, result: string, temperature: number): boolean {
  const data = { result, temperature, symptoms: [] }
  return (
    programme?.alarms.some(
      (alarm) =>
        alarm.kind === 'fever' &&
        holds(alarm.when, data) &&
        !holds(alarm.when, { ...data, temperature: null }),
    ) ?? false
  )
}

/** Does it raise any alarm: then somebody is waiting for it, and it is sent at once. */
export function raisesAlarm(programme: Programme | undefined, data: AlarmData): boolean {
  const whole = { symptoms: [], ...data, temperature: data.temperature ?? null }
  return programme?.alarms.some((alarm) => holds(alarm.when, whole)) ?? false
}
