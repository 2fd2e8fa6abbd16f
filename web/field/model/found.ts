/** Somebody found at a door whom the register does not have. Travels with the facts; its id becomes the person's. Who registered them
 * corrects them that day: with a fact that names the person and supersedes the one before. */
import { dayAt } from './clock'
import type { KeptFact } from './fact'

export const REGISTER = 'register'
export const FOUND = 'found'

export type NumberField = 'idno' | 'phone'
export interface FoundPerson {
  name: string
  idno: string
  phone: string
  sex: number
  relation: number | null
  /** Numbers that the register has and should not have. */
  none: NumberField[]
}

export function isFound(fact: KeptFact): boolean {
  return fact.observation.programme === REGISTER
}

function bodyIn(fact: KeptFact): Record<string, unknown> {
  return (fact.observation.body ?? {}) as Record<string, unknown>
}

export function foundOf(fact: KeptFact): FoundPerson {
  const body = bodyIn(fact)
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name] : '')
  return {
    name: text('name'),
    idno: text('idno'),
    phone: text('phone'),
    sex: typeof body.sex === 'number' ? body.sex : 0,
    relation: typeof body.relation === 'number' ? body.relation : null,
    none: (['idno', 'phone'] as const).filter((name) => body[name] === null),
  }
}

/** Whom a registration, a correction or a withdrawal is about: the id of the registration. */
export function foundPerson(fact: KeptFact): string {
  return fact.observation.person ?? fact.observation.supersedes ?? fact.id
}

/** Whom other content in this fact's place corrects; nobody while it is the registration and has not left the phone. */
export function correctionOf(fact: KeptFact): string | undefined {
  const mayBeThere = fact.state === 'sent' || (fact.state === 'waiting' && fact.tries > 0)
  return mayBeThere || fact.observation.supersedes ? foundPerson(fact) : undefined
}

/** Are the numbers on the server and not here? Then an empty box means that they stay. */
export function hidesNumbers(fact: KeptFact): boolean {
  return fact.state === 'sent' || Boolean(fact.observation.supersedes)
}

/** The server takes corrections that were said on the day on which it heard of the registration. */
export function mayCorrect(fact: KeptFact, facts: readonly KeptFact[], today: string, zone: number): boolean {
  const first = facts.find((one) => one.id === foundPerson(fact)) ?? fact
  return first.sentAt === undefined || dayAt(first.sentAt, zone) === today
}

/** What is sent: what was said, and instead of a fact that may have arrived also what no longer holds. */
export function bodyOf(person: FoundPerson, instead?: KeptFact): Record<string, unknown> {
  const corrects = instead !== undefined && correctionOf(instead) !== undefined
  const left = corrects && instead.state === 'waiting' && instead.tries > 0 ? bodyIn(instead) : {}
  const body: Record<string, unknown> = { name: person.name.trim() }
  for (const name of ['idno', 'phone'] as const) {
    const text = person[name].trim()
    if (text) body[name] = text
    else if (corrects && (person.none.includes(name) || typeof left[name] === 'string')) body[name] = null
  }
  if (person.sex) body.sex = person.sex
  if (person.relation !== null || corrects) body.relation = person.relation
  return body
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** An identity number of 18 figures whose last does not fit the others: a slip, seen while the card is still at hand. */
export function looksMistyped(idno: string): boolean {
  const text = idno.replace(/\s/g, '').toUpperCase()
  if (!/^\d{16,}[\dX]?$/.test(text)) return false
  if (!/^\d{17}[\dX]$/.test(text)) return true
  const sum = WEIGHTS.reduce((all, weight, at) => all + weight * Number(text[at]), 0)
  return '10X98765432'[sum % 11] !== text[17]
}

/** What the phone keeps of it once the server has it: a name, no numbers. */
export function withoutNumbers(fact: KeptFact): void {
  const body = fact.observation.body as Record<string, unknown> | undefined
  if (!isFound(fact) || !body) return
  delete body.idno
  delete body.phone
}
