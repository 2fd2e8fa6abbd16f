/** Today's doors as they stand: what the server said, with this phone's own facts laid over it. */
import { dayAt, timeAt } from './clock'
import {
  byId,
  isWithdrawal,
  superseded,
  type FieldDoor,
  type FieldPerson,
  type FieldTask,
  type FieldToday,
  type KeptFact,
} from './fact'
import { isFound } from './found'
import { DAILY_DUE, SCREENING, effectOf, type Programmes } from './programme'

/** The server's answer, and when (by the phone's clock) it was asked for. */
export interface Snapshot {
  worker: string
  askedAt: number
  /** When the server last said that this is how things stand. */
  seenAt: number
  /** By how many minutes the phone's clock was ahead; 0 when that does not matter. */
  clockError: number
  today: FieldToday
}

export type DoorState = 'overdue' | 'open' | 'done' | 'excused' | 'none'
export type Standing = 'open' | 'done' | 'excused' | 'passed'

export interface TaskView {
  task: FieldTask
  person: FieldPerson | null
  standing: Standing
  overdue: boolean
  tries: number
  result: string | null
  /** This phone's own newest fact about it that still holds. */
  fact: KeptFact | null
}
export interface ScreeningView {
  standing: 'open' | 'done' | 'excused' | 'tried'
  overdue: boolean
  result: string | null
  fact: KeptFact | null
}
export interface DoorView {
  door: FieldDoor
  /** The label without the group's part: "501". */
  short: string
  state: DoorState
  /** Something recorded here was refused by the server and wants mending. */
  trouble: boolean
  tasks: TaskView[]
  screening: ScreeningView | null
}
export interface DoorGroup {
  name: string
  doors: DoorView[]
  left: number
  late: number
  done: number
}

/** The day that screening is for: the phone's own, once midnight has passed without a network. */
export function effectiveDay(today: FieldToday, now: number): string {
  const own = dayAt(now, today.zone)
  return own > today.day ? own : today.day
}

interface Overlay {
  byTask: Map<string, KeptFact[]>
  byPlace: Map<string, KeptFact[]>
  /** Withdrawals of facts that the snapshot already counts. */
  troubled: Set<string>
}

function overlay(facts: readonly KeptFact[]): Overlay {
  const gone = superseded(facts)
  const byTask = new Map<string, KeptFact[]>()
  const byPlace = new Map<string, KeptFact[]>()
  const troubled = new Set<string>()
  const origin = new Map(facts.map((fact) => [fact.id, fact]))
  for (const fact of [...facts].sort(byId)) {
    if (fact.state === 'refused') troubled.add(fact.shown.place)
    if (fact.state === 'refused' || fact.state === 'aside' || gone.has(fact.id) || isFound(fact)) continue
    const about = isWithdrawal(fact)
      ? (origin.get(fact.observation.supersedes ?? '')?.observation ?? fact.observation)
      : fact.observation
    const map = about.enrolment ? byTask : byPlace
    const key = about.enrolment ?? about.place
    if (!key) continue
    const list = map.get(key)
    if (list) list.push(fact)
    else map.set(key, [fact])
  }
  return { byTask, byPlace, troubled }
}

/** Facts that the snapshot cannot know yet: those still waiting, and those sent after it was asked for. */
function isNewer(fact: KeptFact, askedAt: number): boolean {
  return fact.state === 'waiting' || (fact.sentAt ?? 0) >= askedAt
}

function viewTask(
  task: FieldTask,
  door: FieldDoor,
  facts: readonly KeptFact[],
  programmes: Programmes,
  askedAt: number,
  now: number,
): TaskView {
  let standing = (task.state === '' ? 'open' : task.state) as Standing
  let { result, tries } = task
  let own: KeptFact | null = null
  for (const fact of facts) {
    const effect = effectOf(programmes[fact.observation.programme], fact.observation.result)
    if (effect !== 'withdrawn') own = fact
    if (!isNewer(fact, askedAt)) continue
    if (effect === 'withdrawn') {
      standing = 'open'
      result = null
    } else if (effect === 'tried') {
      // The server may have counted it although its answer came later than today's doors were asked for.
      if (standing === 'open') tries = Math.max(tries, fact.shown.tries ?? tries + 1)
    } else if (effect !== 'none') {
      standing = effect
      result = fact.observation.result
    }
  }
  const overdue = standing === 'open' && Date.parse(task.due) < now
  const person = door.people.find((one) => one.id === task.person) ?? null
  return { task, person, standing, overdue, tries, result, fact: own }
}

function viewScreening(
  door: FieldDoor,
  facts: readonly KeptFact[],
  programmes: Programmes,
  snapshot: Snapshot,
  day: string,
  now: number,
): ScreeningView | null {
  if (door.screening === null) return null
  const isSnapshotDay = day === snapshot.today.day
  let standing: ScreeningView['standing'] = isSnapshotDay ? door.screening : 'open'
  let result = isSnapshotDay ? door.screening_result : null
  let own: KeptFact | null = null
  for (const fact of facts) {
    const effect = effectOf(programmes[fact.observation.programme], fact.observation.result)
    if (effect === 'withdrawn') {
      if (isNewer(fact, snapshot.askedAt)) {
        standing = 'open'
        result = null
      }
      continue
    }
    if (fact.observation.round !== day) continue
    own = fact
    if (!isNewer(fact, snapshot.askedAt)) continue
    if (effect === 'tried' && (standing === 'done' || standing === 'excused')) continue
    if (effect === 'done' || effect === 'excused' || effect === 'tried') {
      standing = effect
      result = fact.observation.result
    }
  }
  const due = programmes[SCREENING]?.due ?? DAILY_DUE
  const isOpen = standing === 'open' || standing === 'tried'
  return {
    standing,
    overdue: isOpen && timeAt(day, due, snapshot.today.zone) < now,
    result,
    fact: own,
  }
}

function doorState(tasks: readonly TaskView[], screening: ScreeningView | null): DoorState {
  const isOpen = (view: TaskView): boolean => view.standing === 'open'
  const screeningOpen = screening?.standing === 'open' || screening?.standing === 'tried'
  if (tasks.some((view) => view.overdue) || screening?.overdue) return 'overdue'
  if (tasks.some(isOpen) || screeningOpen) return 'open'
  if (tasks.length === 0 && !screening) return 'none'
  const excused =
    tasks.every((view) => view.standing !== 'done') && (!screening || screening.standing === 'excused')
  return excused ? 'excused' : 'done'
}

function shortLabel(door: FieldDoor): string {
  const rest = door.label.startsWith(door.group) ? door.label.slice(door.group.length).trim() : door.label
  return rest || door.label
}

/** "602" is room 2 of floor 6; a number without a floor is none. */
function floorOf(short: string): { floor: number; room: number } | null {
  const [, floor, room] = /^(\d{1,2})(\d{2})$/.exec(short) ?? []
  return floor === undefined ? null : { floor: Number(floor), room: Number(room) }
}

/** Units in the server's order; within one, as it is walked: up by the lift or the stairs once, then down floor by floor. */
function inWalkingOrder(doors: DoorView[]): DoorView[] {
  const groups = new Map<string, DoorView[]>()
  for (const view of doors) {
    const group = groups.get(view.door.group)
    if (group) group.push(view)
    else groups.set(view.door.group, [view])
  }
  return [...groups.values()].flatMap((group) => {
    const keyed = group.map((view) => ({ view, at: floorOf(view.short) }))
    if (keyed.some((one) => one.at === null)) return group
    return keyed
      .sort((left, right) => right.at!.floor - left.at!.floor || left.at!.room - right.at!.room)
      .map((one) => one.view)
  })
}

/** Every door of the day, in walking order. */
export function viewDoors(snapshot: Snapshot, facts: readonly KeptFact[], now: number): DoorView[] {
  const { today, askedAt } = snapshot
  const programmes = today.programmes as unknown as Programmes
  const day = effectiveDay(today, now)
  const { byTask, byPlace, troubled } = overlay(facts)
  const views = today.doors.map((door) => {
    const tasks = door.tasks.map((task) =>
      viewTask(task, door, byTask.get(task.id) ?? [], programmes, askedAt, now),
    )
    const screening = viewScreening(door, byPlace.get(door.place) ?? [], programmes, snapshot, day, now)
    return {
      door,
      short: shortLabel(door),
      state: doorState(tasks, screening),
      trouble: troubled.has(door.place),
      tasks,
      screening,
    }
  })
  return inWalkingOrder(views)
}

const sameFact = (left: KeptFact | null, right: KeptFact | null): boolean =>
  left === right ||
  (left !== null &&
    right !== null &&
    left.id === right.id &&
    left.state === right.state &&
    left.sentAt === right.sentAt &&
    left.observation.result === right.observation.result &&
    left.observation.temperature === right.observation.temperature)

function sameView(left: DoorView, right: DoorView): boolean {
  if (left.door !== right.door || left.state !== right.state || left.trouble !== right.trouble) return false
  const one = left.screening
  const other = right.screening
  if ((one === null) !== (other === null)) return false
  if (one && other && (one.standing !== other.standing || one.overdue !== other.overdue)) return false
  if (one && other && (one.result !== other.result || !sameFact(one.fact, other.fact))) return false
  return left.tasks.every((task, at) => {
    const now = right.tasks[at]!
    return (
      task.standing === now.standing &&
      task.overdue === now.overdue &&
      task.tries === now.tries &&
      task.result === now.result &&
      sameFact(task.fact, now.fact)
    )
  })
}

/** The new views, with the old object wherever nothing changed: only what changed is drawn again. */
export function reuseViews(before: readonly DoorView[], now: DoorView[]): DoorView[] {
  const old = new Map(before.map((view) => [view.door.place, view]))
  return now.map((view) => {
    const was = old.get(view.door.place)
    return was && sameView(was, view) ? was : view
  })
}

/** The same for groups, each with those of its doors that are shown. */
export interface ShownGroup extends DoorGroup {
  shown: DoorView[]
}
export function reuseGroups(before: readonly ShownGroup[], now: ShownGroup[]): ShownGroup[] {
  const old = new Map(before.map((group) => [group.name, group]))
  const same = (left: readonly DoorView[], right: readonly DoorView[]): boolean =>
    left.length === right.length && left.every((view, at) => view === right[at])
  return now.map((group) => {
    const was = old.get(group.name)
    return was && same(was.doors, group.doors) && same(was.shown, group.shown) ? was : group
  })
}

export function isLeft(view: DoorView): boolean {
  return view.state === 'open' || view.state === 'overdue'
}

/** Doors folded by building and unit; a group stands where its first door does. */
export function groupDoors(doors: readonly DoorView[]): DoorGroup[] {
  const groups = new Map<string, DoorGroup>()
  for (const view of doors) {
    let group = groups.get(view.door.group)
    if (!group) {
      group = { name: view.door.group, doors: [], left: 0, late: 0, done: 0 }
      groups.set(view.door.group, group)
    }
    group.doors.push(view)
    if (isLeft(view)) group.left += 1
    if (view.state === 'overdue') group.late += 1
    if (view.state === 'done' || view.state === 'excused') group.done += 1
  }
  return [...groups.values()]
}

export interface DoorCounts {
  open: number
  overdue: number
  done: number
}
export function countDoors(doors: readonly DoorView[]): DoorCounts {
  const counts = { open: 0, overdue: 0, done: 0 }
  for (const { state } of doors) {
    if (state === 'open' || state === 'overdue') counts[state] += 1
    else if (state !== 'none') counts.done += 1
  }
  return counts
}

/** The next door in walking order that still wants something, after this one and then from the start. */
export function nextLeft(doors: readonly DoorView[], place: string): DoorView | null {
  const at = doors.findIndex((view) => view.door.place === place)
  const order = [...doors.slice(at + 1), ...doors.slice(0, Math.max(at, 0))]
  return order.find(isLeft) ?? null
}

/** By name, by door, or by the last four of a telephone. */
export function findDoors(doors: readonly DoorView[], query: string): DoorView[] {
  const parts = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (parts.length === 0) return []
  return doors.filter((view) => {
    const label = view.door.label.toLowerCase()
    const plain = label.replace(/\s+/g, '')
    return parts.every(
      (part) =>
        label.includes(part) ||
        plain.includes(part) ||
        view.door.people.some(
          (person) =>
            person.name.toLowerCase().includes(part) || (/^\d{4}$/.test(part) && person.phone_tail === part),
        ),
    )
  })
}
