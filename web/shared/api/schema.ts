/** The shapes of the API, by their own names. */
import type { components } from './types'

type Schemas = components['schemas']
export type Schema<Name extends keyof Schemas> = Schemas[Name]

export type About = Schema<'About'>
export type Session = Schema<'Session'>
export type Problem = Schema<'Problem'>
export type PlaceRef = Schema<'PlaceRef'>
export type Place = Schema<'Place'>
export type PlaceChild = Schema<'PlaceChild'>
export type Owner = Schema<'Owner'>
export type PersonRow = Schema<'PersonRow'>
export type Person = Schema<'Person'>
export type Sums = Schema<'Sums'>
export type Today = Schema<'Today'>
export type Task = Schema<'Task'>
export type Alarm = Schema<'Alarm'>
export type HouseholdRow = Schema<'HouseholdRow'>
export type ListRow = Schema<'ListRow'>
export type List = Schema<'List'>
export type ListRowItem = Schema<'ListRowItem'>
export type ListRowFull = Schema<'ListRowFull'>
export type ReviewItem = Schema<'ReviewItem'>
export type Candidate = Schema<'Candidate'>
export type Evidence = Schema<'Evidence'>
export type Job = Schema<'Job'>
export type Duty = Schema<'Duty'>
export type WorkerRow = Schema<'WorkerRow'>
export type Report = Schema<'Report'>
export type Account = Schema<'Account'>

/** A page of rows: `next` is the `after` of the page that follows. */
export interface Rows<Item> {
  items: Item[]
  next: string | null
}

/** What an account may do; the words of docs/api.md. */
export type Right =
  | 'person.read'
  | 'person.write'
  | 'person.reveal'
  | 'place.write'
  | 'duty.write'
  | 'task'
  | 'task.see'
  | 'assign'
  | 'list.read'
  | 'list.import'
  | 'review'
  | 'report.read'
  | 'report.sign'
  | 'report.verify'
  | 'export'
  | 'audit.read'
  | 'account.write'
