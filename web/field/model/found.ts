/** Somebody found at a door whom the register does not have. Travels with the facts; its id becomes the person's. */
import type { KeptFact } from './fact'

export const REGISTER = 'register'
export const FOUND = 'found'

export interface FoundPerson {
  name: string
  idno: string
  phone: string
  sex: number
  relation: number | null
}

export function isFound(fact: KeptFact): boolean {
  return fact.observation.programme === REGISTER
}

export function foundOf(fact: KeptFact): FoundPerson {
  const body = (fact.observation.body ?? {}) as Record<string, unknown>
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name] : '')
  return {
    name: text('name'),
    idno: text('idno'),
    phone: text('phone'),
    sex: typeof body.sex === 'number' ? body.sex : 0,
    relation: typeof body.relation === 'number' ? body.relation : null,
  }
}

/** Only what was said. */
export function bodyOf(person: FoundPerson): Record<string, unknown> {
  const body: Record<string, unknown> = { name: person.name.trim() }
  if (person.idno.trim()) body.idno = person.idno.trim()
  if (person.phone.trim()) body.phone = person.phone.trim()
  if (person.sex) body.sex = person.sex
  if (person.relation !== null) body.relation = person.relation
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
