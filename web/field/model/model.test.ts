import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { uuid7 } from '@/shared/uuid7'
import { clockError, dayAt, momentOf, timeAt } from './clock'
import {
  countDoors,
  findDoors,
  groupDoors,
  nextLeft,
  reuseGroups,
  reuseViews,
  viewDoors,
  type Snapshot,
} from './doors'
import type { FieldDoor, FieldTask, FieldToday, KeptFact, Observation } from './fact'
import { fieldsFor, isFever, raisesAlarm, type Programme, type Programmes } from './programme'
import { labelParts } from '../parts/label-parts'
import { telephone } from './telephone'
import { isPossible, isUsual, readTyped } from './temperature'

const read = (name: string): Programme => {
  const file = JSON.parse(
    readFileSync(resolve(import.meta.dirname, `../../../programmes/${name}.json`), 'utf8'),
  ) as Programme & { rounds: string }
  return { ...file, daily: file.rounds === 'daily' }
}
const programmes: Programmes = {
  list_follow_up: read('list_follow_up'),
  daily_screening: read('daily_screening'),
}
const followUp = programmes.list_follow_up
const screening = programmes.daily_screening
const NOON = Date.parse('2020-02-14T12:00:00+08:00')
const ASKED = NOON - 3600_000

const person = (id: string, name: string, tail: string | null = null) => ({
  id,
  name,
  sex: 1,
  age: 34,
  phone_tail: tail,
  relation: 0,
  state: 'living',
})
const task = (id: string, who: string, more: Partial<FieldTask> = {}): FieldTask => ({
  id,
  person: who,
  programme: 'list_follow_up',
  due: '2020-02-14T20:00:00+08:00',
  lists: ['火车站 2-14'],
  tries: 0,
  came_from: '武汉',
  result: null,
  state: 'open',
  ...more,
})
const door = (n: number, more: Partial<FieldDoor> = {}): FieldDoor => ({
  place: `door-${n}`,
  path: '009001001001001001001',
  label: `春华小区3号楼2单元${n}`,
  group: '春华小区3号楼2单元',
  people: [person(`person-${n}`, `王${n}`, '1234')],
  tasks: [],
  screening: 'open',
  screening_result: null,
  ...more,
})
const today = (doors: FieldDoor[]): FieldToday => ({
  as_of: '2020-02-14T11:00:00+08:00',
  day: '2020-02-14',
  zone: 480,
  worker: 'w',
  name: '网格员',
  places: [],
  version: '1',
  doors,
  programmes: programmes as unknown as FieldToday['programmes'],
})
const snapshot = (doors: FieldDoor[]): Snapshot => ({
  worker: 'w',
  askedAt: ASKED,
  seenAt: ASKED,
  clockError: 0,
  today: today(doors),
})
let made = 0
const fact = (observation: Partial<Observation>, more: Partial<KeptFact> = {}): KeptFact => {
  made += 1
  const id = `fact-${String(made).padStart(4, '0')}`
  return {
    id,
    worker: 'w',
    state: 'waiting',
    observation: { id, at: '', programme: 'daily_screening', result: 'normal', ...observation },
    shown: { place: 'door-501', door: '501', person: null },
    madeAt: NOON,
    holdUntil: NOON,
    tries: 0,
    ...more,
  }
}
const round = { place: 'door-501', round: '2020-02-14' }

describe('doors', () => {
  it('are walked floor by floor from the top, units in the server’s order', () => {
    const village = { group: '桃花吐村1组', label: '桃花吐村1组3院' }
    const doors = viewDoors(
      snapshot([door(101), door(102), door(1001), door(201), door(7, village), door(202)]),
      [],
      NOON,
    )
    expect(doors.map((view) => view.short)).toEqual(['1001', '201', '202', '101', '102', '3院'])
  })

  it('fold by building and unit, each in one state', () => {
    const doors = viewDoors(
      snapshot([
        door(601, { tasks: [task('t1', 'person-601', { due: '2020-02-14T08:00:00+08:00' })] }),
        door(501, { screening: 'done' }),
        door(402, { group: '春华小区3号楼1单元', label: '春华小区3号楼1单元402', screening: 'excused' }),
        door(401, { screening: 'tried' }),
        door(301, { screening: null }),
      ]),
      [],
      NOON,
    )
    expect(doors.map((view) => [view.short, view.state])).toEqual([
      ['601', 'overdue'],
      ['501', 'done'],
      ['401', 'open'],
      ['301', 'none'],
      ['402', 'excused'],
    ])
    const groups = groupDoors(doors)
    expect(groups.map((group) => [group.name, group.doors.length, group.left, group.late])).toEqual([
      ['春华小区3号楼2单元', 4, 2, 1],
      ['春华小区3号楼1单元', 1, 0, 0],
    ])
    expect(countDoors(doors)).toEqual({ open: 1, overdue: 1, done: 2 })
    expect(nextLeft(doors, 'door-601')?.short).toBe('401')
    expect(nextLeft(doors, 'door-401')?.short).toBe('601')
  })

  it('show at once what this phone recorded', () => {
    const doors = [door(501, { tasks: [task('t1', 'person-501')] })]
    const facts = [fact(round), fact({ programme: 'list_follow_up', result: 'seen', enrolment: 't1' })]
    const [view] = viewDoors(snapshot(doors), facts, NOON)
    expect(view!.state).toBe('done')
    expect(view!.tasks[0]).toMatchObject({ standing: 'done', result: 'seen', fact: facts[1] })
    expect(view!.screening).toMatchObject({ standing: 'done', result: 'normal', fact: facts[0] })
  })

  it('stay open after a try, and count it', () => {
    const doors = [door(501, { screening: null, tasks: [task('t1', 'person-501', { tries: 1 })] })]
    const tried = fact({ programme: 'list_follow_up', result: 'not_home', enrolment: 't1' })
    expect(viewDoors(snapshot(doors), [tried], NOON)[0]!.tasks[0]).toMatchObject({
      standing: 'open',
      tries: 2,
    })
  })

  it('do not count twice what the server’s answer already holds', () => {
    const doors = [door(501, { screening: null, tasks: [task('t1', 'person-501', { tries: 1 })] })]
    const sent = { state: 'sent', sentAt: ASKED - 1 } as const
    const tried = fact({ programme: 'list_follow_up', result: 'not_home', enrolment: 't1' }, sent)
    expect(viewDoors(snapshot(doors), [tried], NOON)[0]!.tasks[0]).toMatchObject({ tries: 1, fact: tried })
  })

  it('do not count twice what was on its way while today was asked for', () => {
    const doors = [door(501, { screening: null, tasks: [task('t1', 'person-501', { tries: 2 })] })]
    const sent = { state: 'sent', sentAt: ASKED + 1 } as const
    const tried = fact({ programme: 'list_follow_up', result: 'not_home', enrolment: 't1' }, sent)
    tried.shown.tries = 2
    expect(viewDoors(snapshot(doors), [tried], NOON)[0]!.tasks[0]).toMatchObject({ tries: 2 })
  })

  it('leave the screening alone when somebody is added', () => {
    const added = fact({ programme: 'register', result: 'found', place: 'door-501', body: { name: '某甲' } })
    expect(viewDoors(snapshot([door(501, {})]), [added], NOON)[0]!.screening).toMatchObject({ fact: null })
  })

  it('open again when the fact is withdrawn, whether the server’s answer holds it or not', () => {
    const done = fact(round, { state: 'sent', sentAt: ASKED - 1 })
    const back = fact({ result: 'withdrawn', supersedes: done.id })
    const counted = [door(501, { screening: 'done', screening_result: 'normal' })]
    expect(viewDoors(snapshot(counted), [done, back], NOON)[0]!.state).toBe('open')
    const later = fact(round, { state: 'sent', sentAt: ASKED + 1 })
    const laterBack = fact({ result: 'withdrawn', supersedes: later.id })
    expect(viewDoors(snapshot([door(501)]), [later, laterBack], NOON)[0]!.state).toBe('open')
  })

  it('show the correction, not what it corrects', () => {
    const first = fact(round)
    const better = fact({ ...round, result: 'fever', supersedes: first.id })
    const [view] = viewDoors(snapshot([door(501)]), [first, better], NOON)
    expect(view!.screening).toMatchObject({ result: 'fever', fact: better })
  })

  it('are not done by what the server refused, and say so', () => {
    const refused = fact(round, { state: 'refused', refusal: { code: 'x', detail: 'y', at: 0 } })
    expect(viewDoors(snapshot([door(501)]), [refused], NOON)[0]).toMatchObject({
      state: 'open',
      trouble: true,
    })
    const aside = fact(round, { state: 'aside' })
    expect(viewDoors(snapshot([door(501)]), [aside], NOON)[0]).toMatchObject({
      state: 'open',
      trouble: false,
    })
  })

  it('are due again after midnight, even without a network', () => {
    const night = Date.parse('2020-02-15T00:10:00+08:00')
    const doors = [door(501, { screening: 'done' })]
    const yesterday = fact(round)
    expect(viewDoors(snapshot(doors), [yesterday], night)[0]!.state).toBe('open')
    const now = fact({ ...round, round: '2020-02-15' })
    expect(viewDoors(snapshot(doors), [yesterday, now], night)[0]!.state).toBe('done')
  })

  it('are late after the programme’s hour', () => {
    const evening = Date.parse('2020-02-14T20:01:00+08:00')
    expect(viewDoors(snapshot([door(501)]), [], evening)[0]!.state).toBe('overdue')
  })

  it('keep the same object while nothing about them changed, so that only what changed is drawn', () => {
    const shot = snapshot([door(601), door(501)])
    const before = viewDoors(shot, [], NOON)
    const recorded = fact(round)
    const now = reuseViews(before, viewDoors(shot, [recorded], NOON + 1000))
    expect(now[0]).toBe(before[0])
    expect(now[1]).not.toBe(before[1])
    const sent = { ...recorded, state: 'sent' as const, sentAt: NOON }
    const later = reuseViews(now, viewDoors(shot, [sent], NOON + 2000))
    expect(later[1]).not.toBe(now[1])
    const same = reuseViews(later, viewDoors(shot, [{ ...sent }], NOON + 3000))
    expect(same[1]).toBe(later[1])
    const groups = groupDoors(before).map((group) => ({ ...group, shown: group.doors }))
    const again = groupDoors(before).map((group) => ({ ...group, shown: [...group.doors] }))
    expect(reuseGroups(groups, again)[0]).toBe(groups[0])
  })

  it('are found by name, door and the last four of a telephone', () => {
    const doors = viewDoors(
      snapshot([door(501), door(502, { people: [person('p', '赵敏', '8862')] })]),
      [],
      NOON,
    )
    const found = (text: string): string[] => findDoors(doors, text).map((view) => view.short)
    expect(found('赵')).toEqual(['502'])
    expect(found('8862')).toEqual(['502'])
    expect(found('886')).toEqual([])
    expect(found('2单元 501')).toEqual(['501'])
    expect(found(' ')).toEqual([])
  })
})

describe('programmes', () => {
  it('say which fields a result asks for', () => {
    const names = (result: string): string[] => fieldsFor(followUp, result).map((field) => field.name)
    expect(names('seen')).toEqual([
      'temperature',
      'symptoms',
      'came_from',
      'came_on',
      'transport',
      'companions',
      'by_phone',
      'note',
    ])
    expect(names('moved')).toEqual(['moved_to', 'note'])
    expect(names('not_home')).toEqual(['note'])
  })

  it('know a fever by their own threshold', () => {
    expect(isFever(followUp, 'seen', 37.2)).toBe(false)
    expect(isFever(followUp, 'seen', 37.3)).toBe(true)
    expect(isFever(screening, 'normal', 37.3)).toBe(true)
    expect(isFever(screening, 'fever', 36.5)).toBe(false)
  })

  it('say what somebody waits for', () => {
    expect(raisesAlarm(followUp, { result: 'seen', temperature: 36.5 })).toBe(false)
    expect(raisesAlarm(followUp, { result: 'seen', symptoms: ['cough'] })).toBe(true)
    expect(raisesAlarm(screening, { result: 'symptoms' })).toBe(true)
  })
})

describe('temperatures', () => {
  it('are read as they are typed', () => {
    expect(['5', '36', '365', '36.5', '36。5', '37.'].map(readTyped)).toEqual([365, 360, 365, 365, 365, 370])
    expect(['', '3.65', '36.55', 'abc', '3655'].map(readTyped)).toEqual([null, null, null, null, null])
  })
  it('have bounds: usual, and possible at all', () => {
    expect([339, 340, 420, 421].map(isUsual)).toEqual([false, true, true, false])
    expect([299, 300, 450, 451].map(isPossible)).toEqual([false, true, true, false])
  })
})

describe('the clock', () => {
  it('writes moments in the deployment’s zone', () => {
    expect(momentOf(NOON, 480)).toBe('2020-02-14T12:00:00+08:00')
    expect(momentOf(NOON, -210)).toBe('2020-02-14T00:30:00-03:30')
    expect(dayAt(Date.parse('2020-02-14T16:00:00Z'), 480)).toBe('2020-02-15')
    expect(timeAt('2020-02-14', '20:00', 480)).toBe(Date.parse('2020-02-14T20:00:00+08:00'))
  })
  it('tells a wrong clock from a slow network', () => {
    expect(clockError('2020-02-14T12:00:00+08:00', NOON + 40_000)).toBe(0)
    expect(clockError('2020-02-14T12:00:00+08:00', NOON + 35 * 60_000)).toBe(35)
  })
})

describe('labels', () => {
  it('break where a speaker pauses, and lose nothing', () => {
    expect(labelParts('春华小区3号楼2单元501')).toEqual(['春华小区', '3号楼', '2单元', '501'])
    expect(labelParts('桃花吐村1组')).toEqual(['桃花吐村', '1组'])
    expect(labelParts('Unit 5')).toEqual(['Unit 5'])
    expect(labelParts('')).toEqual([''])
  })
})

describe('telephones', () => {
  it('are dialled with the country’s code and read without', () => {
    expect(telephone('8613900000000')).toEqual({ href: 'tel:+8613900000000', shown: '139 0000 0000' })
    expect(telephone('13900000000')).toEqual({ href: 'tel:+8613900000000', shown: '139 0000 0000' })
    expect(telephone('864212345678')).toEqual({ href: 'tel:+864212345678', shown: '04212345678' })
    expect(telephone('+85290000000')).toEqual({ href: 'tel:+85290000000', shown: '+85290000000' })
    expect(telephone('2345678')).toEqual({ href: 'tel:2345678', shown: '2345678' })
  })
})

describe('ids', () => {
  it('are UUIDv7 in the order they were made, within a millisecond and when the clock steps back', () => {
    const ids = [uuid7(NOON), uuid7(NOON), uuid7(NOON - 5000), uuid7(NOON + 1)]
    for (let n = 0; n < 5000; n += 1) ids.push(uuid7(NOON + 1))
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
