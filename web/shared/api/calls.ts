/** The API's calls, one function each, with the shapes they take and give. */
import { request } from './client'
import type { About, Alarm, Job, List, Place, Report, Rows, Schema, Today } from './schema'
import type {
  ListRow,
  ListRowItem,
  Person,
  PersonRow,
  PlaceChild,
  Task,
  WorkerRow,
  Account,
  Duty,
} from './schema'

export interface PageAsk {
  after?: string | null
  limit?: number
  signal?: AbortSignal
}

function rows<Item>(path: string, query: Record<string, unknown>, ask: PageAsk = {}): Promise<Rows<Item>> {
  return request('GET', path, {
    query: { ...(query as Record<string, string>), after: ask.after, limit: ask.limit },
    signal: ask.signal,
  })
}
function read<Answer>(
  path: string,
  query: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Answer> {
  return request('GET', path, { query: query as Record<string, string>, signal })
}
function write<Answer>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
  return request(method, path, { body: body ?? (method === 'DELETE' ? undefined : {}) })
}

export const aboutGet = (): Promise<About> => read('about')
export const passwordChange = (body: Schema<'PasswordChange'>): Promise<unknown> =>
  write('POST', 'session/password', body)

/* places */
export const placeGet = (path: string, signal?: AbortSignal): Promise<Place> =>
  request('GET', `place?path=${encodeURIComponent(path)}`, { signal })
export const placeChildren = (parent: string, ask?: PageAsk): Promise<Rows<PlaceChild>> =>
  rows('places', { parent }, ask)
export const placeSearch = (q: string, level?: number, ask?: PageAsk): Promise<Rows<PlaceChild>> =>
  rows('places/search', { q, level }, ask)
export const placeAdd = (body: Schema<'PlaceWrite'>): Promise<Place> => write('POST', 'places', body)
export const placeChange = (id: string, body: Schema<'PlaceWrite'>): Promise<Place> =>
  write('PATCH', `places/${id}`, body)

/* today, tasks, alarms */
export const todayGet = (place: string, signal?: AbortSignal): Promise<Today> =>
  read('today', { place }, signal)
export interface TaskFilter {
  place?: string
  state?: string
  programme?: string
  worker?: string
  pool?: boolean
  list?: string
}
export const tasks = (filter: TaskFilter, ask?: PageAsk): Promise<Rows<Task>> =>
  rows('tasks', { ...filter }, ask)
export const tasksLate = (
  place: string,
  by: 'community' | 'worker',
  ask?: PageAsk,
): Promise<Rows<Schema<'LateBy'>>> => rows('tasks/late', { place, by }, ask)
export const tasksAssign = (body: Schema<'Assign'>): Promise<Schema<'Assigned'>> =>
  write('POST', 'tasks/assign', body)
export const tasksAssignUndo = (before: Schema<'AssignedBefore'>[]): Promise<Schema<'Assigned'>> =>
  write('POST', 'tasks/assign/undo', { before })
export interface HouseholdFilter {
  place?: string
  round?: string
  state?: string
}
export const households = (filter: HouseholdFilter, ask?: PageAsk): Promise<Rows<Schema<'HouseholdRow'>>> =>
  rows('households', { ...filter }, ask)
export const alarms = (place: string, state: string, ask?: PageAsk): Promise<Rows<Alarm>> =>
  rows('alarms', { place, state }, ask)
export const alarmAct = (id: string, body: Schema<'AlarmAct'>): Promise<Alarm> =>
  write('POST', `alarms/${id}`, body)

/* lists and review */
export const lists = (state: string, ask?: PageAsk): Promise<Rows<ListRow>> => rows('lists', { state }, ask)
export const listSources = (): Promise<{ items: string[] }> => read('lists/sources')
export function listUpload(file: File, source: string, name: string): Promise<List> {
  const form = new FormData()
  form.set('source', source)
  form.set('name', name)
  form.set('file', file, file.name)
  return request('POST', 'lists', { form })
}
export const listGet = (id: string, signal?: AbortSignal): Promise<List> => read(`lists/${id}`, {}, signal)
export const listStart = (id: string, body: Schema<'ListStart'>): Promise<Job> =>
  write('POST', `lists/${id}/start`, body)
export const listClose = (id: string): Promise<List> => write('POST', `lists/${id}/close`)
export const listCancel = (id: string): Promise<List> => write('POST', `lists/${id}/cancel`)
export const listReopen = (id: string): Promise<List> => write('POST', `lists/${id}/reopen`)
export interface ListRowFilter {
  outcome?: string
  stage?: string
  place?: string
  reason?: string
}
export const listRows = (id: string, filter: ListRowFilter, ask?: PageAsk): Promise<Rows<ListRowItem>> =>
  rows(`lists/${id}/rows`, { ...filter }, ask)
export const listRowGet = (id: string, row: number): Promise<Schema<'ListRowFull'>> =>
  read(`lists/${id}/rows/${row}`)
export const listRowMend = (id: string, row: number, cells: string[]): Promise<ListRowItem> =>
  write('POST', `lists/${id}/rows/${row}/mend`, { cells })
export const reviewNext = (
  list: string | null,
  holding: Schema<'RowRef'> | null = null,
): Promise<Schema<'ReviewNext'>> =>
  write('POST', 'review/next', { ...(list ? { list } : {}), ...(holding ? { holding } : {}) })
export const reviewReady = (): Promise<Schema<'ReviewReady'>> => read('review/ready')
export const reviewDecide = (body: Schema<'Verdict'>): Promise<Schema<'Decided'>> =>
  write('POST', 'review/decide', body)
export const reviewUndo = (decision: string): Promise<Schema<'Decided'>> =>
  write('POST', `review/${decision}/undo`)
export const reviewRelease = (list: string, row: number): Promise<unknown> =>
  write('POST', 'review/release', { list, row })

/* people, workers, duties */
export interface PeopleFilter {
  place?: string
  q?: string
  state?: string
}
export const people = (filter: PeopleFilter, ask?: PageAsk): Promise<Rows<PersonRow>> =>
  rows('people', { ...filter }, ask)
export const personGet = (id: string, signal?: AbortSignal): Promise<Person> =>
  read(`people/${id}`, {}, signal)
export const personAdd = (body: Schema<'PersonWrite'>): Promise<Person> => write('POST', 'people', body)
export const personChange = (id: string, body: Schema<'PersonWrite'>): Promise<Person> =>
  write('PATCH', `people/${id}`, body)
export const personLooks = (id: string, ask?: PageAsk): Promise<Rows<Schema<'Look'>>> =>
  rows(`people/${id}/looks`, {}, ask)
export const personChanges = (id: string, ask?: PageAsk): Promise<Rows<Schema<'PersonChange'>>> =>
  rows(`people/${id}/changes`, {}, ask)
export const personChangeUndo = (id: string, change: string, version: number): Promise<PersonRow> =>
  write('POST', `people/${id}/changes/${change}/undo`, { version })
export const personReveal = (id: string, body: Schema<'RevealAsk'>): Promise<Schema<'Revealed'>> =>
  write('POST', `people/${id}/reveal`, body)
export const workers = (
  filter: { place?: string; q?: string; idle?: string },
  ask?: PageAsk,
): Promise<Rows<WorkerRow>> => rows('workers', { ...filter }, ask)
export interface DutyFilter {
  place?: string
  worker?: string
  current?: boolean
}
export const duties = (filter: DutyFilter, ask?: PageAsk): Promise<Rows<Duty>> =>
  rows('duties', { ...filter }, ask)
export const dutyAdd = (body: Schema<'DutyWrite'>): Promise<Duty> => write('POST', 'duties', body)
export const dutyEnd = (id: string, until: string): Promise<Duty> =>
  write('POST', `duties/${id}/end`, { until })
export const dutyGaps = (place: string, ask?: PageAsk): Promise<Rows<Schema<'DutyGap'>>> =>
  rows('duties/gaps', { place }, ask)
export const absences = (place: string, ask?: PageAsk): Promise<Rows<Schema<'Absence'>>> =>
  rows('absences', { place }, ask)
export const absenceAdd = (body: Schema<'AbsenceWrite'>): Promise<Schema<'Created'>> =>
  write('POST', 'absences', body)
export const absenceDrop = (id: string): Promise<unknown> => write('DELETE', `absences/${id}`)
export function registerImport(what: 'people' | 'places' | 'duties', file: File): Promise<Job> {
  const form = new FormData()
  form.set('file', file, file.name)
  return request('POST', `import/${what}`, { form })
}

/* reports */
export const reportGet = (day: string, place: string, signal?: AbortSignal): Promise<Report> =>
  read('reports', { day, place }, signal)
export const reportRows = (
  filter: { day: string; place: string; figure: string },
  ask?: PageAsk,
): Promise<Rows<Schema<'ReportRow'>>> => rows('reports/rows', { ...filter }, ask)
export const reportSign = (day: string, place: string, remark: string | null): Promise<Report> =>
  request('POST', 'reports/sign', { query: { day, place }, body: { remark } })
export const reportVerify = (day: string, place: string, remark: string | null): Promise<Report> =>
  request('POST', 'reports/verify', { query: { day, place }, body: { remark } })

/* keeping */
export const accounts = (filter: { q?: string; role?: string }, ask?: PageAsk): Promise<Rows<Account>> =>
  rows('accounts', { ...filter }, ask)
export const accountAdd = (body: Schema<'AccountWrite'>): Promise<Account> => write('POST', 'accounts', body)
export const accountChange = (id: string, body: Schema<'AccountWrite'>): Promise<Account> =>
  write('PATCH', `accounts/${id}`, body)
export const accountPassword = (id: string, password: string): Promise<unknown> =>
  write('POST', `accounts/${id}/password`, { password })
export interface AuditFilter {
  person?: string
  worker?: string
  verb?: string
  from?: string
  to?: string
}
export const audit = (filter: AuditFilter, ask?: PageAsk): Promise<Rows<Schema<'AuditRow'>>> =>
  rows('audit', { ...filter }, ask)
export const checksGet = (): Promise<Schema<'Checks'>> => read('check')
export const jobGet = (id: string): Promise<Job> => read(`jobs/${id}`)
export const jobCancel = (id: string): Promise<Job> => write('POST', `jobs/${id}/cancel`)
