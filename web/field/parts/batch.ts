/** What a unit's batch holds: its due rows, and what was typed for each. */
import { computed, reactive, ref, watch, type Ref } from 'vue'
import { day, doors, programmes, worker, type Recording } from '../keep/state'
import { keepDraft, keptDraft } from '../keep/database'
import type { DoorView } from '../model/doors'
import type { FactShown, FieldDoor, FieldPerson } from '../model/fact'
import { isFever, SCREENING } from '../model/programme'
import { degrees, isPossible, isUsual, readTyped, temperatureText } from '../model/temperature'
import { doorPeople } from './words'

export interface BatchRow {
  key: string
  kind: 'task' | 'household'
  programme: string
  door: FieldDoor
  short: string
  names: string
  person: FieldPerson | null
  enrolment?: string
}
export interface RowDraft {
  text: string
  /** Without a temperature: the household is well, or the person was not at home. */
  ticked: boolean
  /** The first of two readings, in tenths, when it was a fever. */
  first: number | null
  /** A value out of the ordinary that was typed twice. */
  insisted: number | null
}
export type Ask = 'unread' | 'unusual' | 'second'
const EMPTY: RowDraft = { text: '', ticked: false, first: null, insisted: null }

function rowsOf(view: DoorView): BatchRow[] {
  const base = { door: view.door, short: view.short, names: doorPeople(view) }
  const rows: BatchRow[] = view.tasks
    .filter((task) => task.standing === 'open')
    .map((task) => ({
      ...base,
      key: task.task.id,
      kind: 'task' as const,
      programme: task.task.programme,
      person: task.person,
      enrolment: task.task.id,
    }))
  const { screening } = view
  if (screening?.standing === 'open' || screening?.standing === 'tried')
    rows.push({ ...base, key: view.door.place, kind: 'household', programme: SCREENING, person: null })
  return rows
}

export function useBatch(unit: Ref<string>) {
  const drafts = reactive(new Map<string, RowDraft>())
  const rows = computed(() => doors.value.filter((view) => view.door.group === unit.value).flatMap(rowsOf))
  const touched = ref(false)
  const name = computed(() => `batch ${day.value} ${unit.value}`)
  /** Rows on which Enter or leaving found something to ask. */
  const asking = reactive(new Map<string, Ask>())

  const draft = (row: BatchRow): RowDraft => drafts.get(row.key) ?? EMPTY
  const isEmpty = (row: BatchRow): boolean => !draft(row).ticked && draft(row).text.trim() === ''
  const filled = computed(() => rows.value.filter((row) => !isEmpty(row)).length)
  const ask = (row: BatchRow): Ask | null => asking.get(row.key) ?? null
  /** A row's temperature speaks for the result that the programme calls done. */
  const doneResult = (row: BatchRow): string =>
    programmes.value[row.programme]?.results.find((one) => one.effect === 'done')?.code ?? ''
  const triedResult = (row: BatchRow): string =>
    programmes.value[row.programme]?.results.find((one) => one.effect === 'tried')?.code ?? ''

  function set(row: BatchRow, change: Partial<RowDraft>): void {
    touched.value = true
    drafts.set(row.key, { ...draft(row), ...change })
  }
  function type(row: BatchRow, text: string): void {
    if (asking.get(row.key) !== 'second') asking.delete(row.key)
    set(row, { text, ticked: false })
  }
  function tick(row: BatchRow): void {
    asking.delete(row.key)
    set(row, { ...EMPTY, ticked: !draft(row).ticked })
  }

  /** Reads what was typed, and asks where one should; true when the row can be saved as it stands. */
  function settle(row: BatchRow): boolean {
    const now = draft(row)
    if (now.text.trim() === '') return now.first === null || now.ticked
    const tenths = readTyped(now.text)
    if (tenths === null || !isPossible(tenths)) {
      asking.set(row.key, 'unread')
      return false
    }
    const text = temperatureText(tenths)
    if (!isUsual(tenths) && now.insisted !== tenths) {
      asking.set(row.key, 'unusual')
      set(row, { text, insisted: tenths })
      return false
    }
    if (isUsual(tenths) && isFever(programmes.value[row.programme], doneResult(row), degrees(tenths))) {
      if (now.first === null) {
        asking.set(row.key, 'second')
        set(row, { text: '', first: tenths })
        return false
      }
    }
    asking.delete(row.key)
    if (text !== now.text) set(row, { text })
    return true
  }

  function recordingOf(row: BatchRow, site: string | null, shown: FactShown): Recording {
    const now = draft(row)
    const about =
      row.kind === 'household'
        ? { place: row.door.place }
        : { enrolment: row.enrolment, ...(row.person ? { person: row.person.id } : {}) }
    const base = { programme: row.programme, shown, ...about }
    if (now.ticked) return { ...base, result: row.kind === 'household' ? doneResult(row) : triedResult(row) }
    const tenths = readTyped(now.text) ?? 0
    const fever = isFever(programmes.value[row.programme], doneResult(row), degrees(tenths))
    const body: Record<string, unknown> = {}
    if (site) body.site = site
    if (now.first !== null) body.first_temperature = degrees(now.first)
    const programme = programmes.value[row.programme]
    const symptoms = programme?.form.find((field) => field.choices?.some((one) => one.code === 'fever'))
    if (fever && symptoms) body[symptoms.name] = ['fever']
    // A household with a fever has its own result, where the programme knows one.
    const named = programme?.results.find((one) => one.code === 'fever')
    const result = fever && row.kind === 'household' && named ? named.code : doneResult(row)
    return { ...base, result, temperature: degrees(tenths), body }
  }
  function recordings(site: string | null, shown: (row: BatchRow) => FactShown): Recording[] {
    return rows.value.filter((row) => !isEmpty(row)).map((row) => recordingOf(row, site, shown(row)))
  }

  /* kept while it is typed */
  async function restore(): Promise<void> {
    if (!worker.value) return
    const kept = await keptDraft<[string, RowDraft][]>(worker.value, name.value).catch(() => null)
    if (!kept || touched.value) return
    for (const [key, value] of kept) drafts.set(key, value)
  }
  async function forget(): Promise<void> {
    drafts.clear()
    asking.clear()
    if (worker.value) await keepDraft(worker.value, name.value, null).catch(() => undefined)
  }
  watch(drafts, () => {
    if (!worker.value || !touched.value || drafts.size === 0) return
    const plain = [...drafts].map(([key, value]) => [key, { ...value }])
    void keepDraft(worker.value, name.value, plain).catch(() => undefined)
  })

  return { rows, draft, isEmpty, filled, ask, type, tick, settle, recordings, restore, forget }
}
