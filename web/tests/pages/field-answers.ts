/** A made-up grid for the phone's page, and a made-up server that takes its facts as the real one does. Nobody here exists. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page, Route } from '@playwright/test'
import type { Schema, Session } from '../../shared/api/schema'
import { dice } from './people-made-up'

type Door = Schema<'FieldDoor'>
type Observation = Schema<'Observation'>
export const DAY = '2020-02-14'
export const NOW = `${DAY}T09:40:00+08:00`
export const WORKER = '0190f000-0000-7000-8000-000000000001'
export const OTHER = '0190f000-0000-7000-8000-000000000002'
const roll = dice(88)
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(roll() * items.length)]!
const surnames = [...'王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林']
const given = [
  '建国',
  '桂兰',
  '淑芬',
  '志强',
  '丽华',
  '永福',
  '晓东',
  '玉梅',
  '海涛',
  '春生',
  '敏',
  '雪',
  '勇',
]
let lastId = 100
const id = (): string => {
  lastId += 1
  return `0190f000-0000-7000-8000-${String(lastId).padStart(12, '0')}`
}

const programme = (name: string): Record<string, unknown> => {
  const file = JSON.parse(
    readFileSync(resolve(import.meta.dirname, `../../../programmes/${name}.json`), 'utf8'),
  ) as Record<string, unknown>
  const { zh, en, results, form, alarms } = file
  return { zh, en, daily: file.rounds === 'daily', results, form, alarms }
}

function household(n: number, label: string, group: string, size: number): Door {
  const surname = pick(surnames)
  return {
    place: id(),
    path: `00900100100100100${n.toString(36).padStart(4, '0')}`.slice(0, 21).padEnd(21, '0'),
    label,
    group,
    people: Array.from({ length: size }, (_, at) => ({
      id: id(),
      name: (at === 1 ? pick(surnames) : surname) + pick(given),
      sex: at === 1 ? 2 : at === 0 ? 1 : pick([1, 2]),
      age: at < 2 ? 30 + Math.floor(roll() * 45) : Math.floor(roll() * 25),
      phone_tail: at === 2 ? null : String(1000 + Math.floor(roll() * 9000)),
      relation: at === 0 ? 0 : at === 1 ? 1 : pick([2, 3]),
      state: 'living',
    })),
    tasks: [],
    screening: 'open',
    screening_result: null,
  }
}
function ask(door: Door, more: Partial<Door['tasks'][number]> = {}, who = 0): void {
  door.tasks.push({
    id: id(),
    person: door.people[who]!.id,
    programme: 'list_follow_up',
    due: `${DAY}T20:00:00+08:00`,
    lists: ['火车站 2-13'],
    tries: 0,
    came_from: '武汉',
    result: null,
    state: 'open',
    ...more,
  })
}

export function grid(): Door[] {
  const doors: Door[] = []
  for (const unit of ['春华小区3号楼2单元', '春华小区3号楼1单元', '春华小区2号楼1单元'])
    for (let floor = 6; floor >= 1; floor -= 1)
      for (const room of ['01', '02']) {
        const n = doors.length
        doors.push(household(n, `${unit}${floor}${room}`, unit, 1 + (n % 4)))
      }
  ask(doors[0]!, { due: `${DAY}T07:00:00+08:00`, tries: 1 })
  ask(doors[2]!, { lists: ['火车站 2-13', '公安推送 第4批'], came_from: '湖北省孝感市' })
  ask(doors[5]!, { came_from: null, lists: ['高速出口 2-13'] }, 0)
  ask(doors[17]!)
  doors[6]!.screening = 'tried'
  doors[8]!.screening = 'done'
  doors[8]!.screening_result = 'normal'
  doors[9]!.screening = 'excused'
  doors[9]!.screening_result = 'empty'
  doors[9]!.people = []
  for (const door of doors.slice(12, 24)) {
    if (door.tasks.length) continue
    door.screening = 'done'
    door.screening_result = 'normal'
  }
  const wanderer = household(90, '燕南社区第3网格', '未核实住址', 1)
  wanderer.path = '009001001'
  wanderer.screening = null
  wanderer.people[0]!.state = 'provisional'
  ask(wanderer, { lists: ['公安推送 第4批'] })
  doors.push(wanderer)
  return doors
}

export const session = (worker = WORKER, name = '刘敏', login = 'grid0101'): Session => ({
  worker: { id: worker, login, name, role: 'worker' },
  rights: ['task', 'person.read', 'person.reveal'],
  scope: [{ path: '009001001' }],
  csrf: `token-${worker.slice(-1)}`,
  demo: true,
  zone: 480,
  district: '211302',
})
const about: Schema<'About'> = {
  district: '211302',
  district_name: '双塔区',
  version: '0.1.0',
  demo: true,
  demo_password: 'wangge-demo',
  demo_accounts: [
    { login: 'qu01', name: '张明', role: 'district' },
    { login: 'grid0101', name: '刘敏', role: 'worker', place: '燕南社区第1网格' },
    { login: 'grid0102', name: '孙海涛', role: 'worker', place: '燕南社区第2网格' },
  ],
}

const problem = (status: number, code: string, detail: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: detail, detail, status, code, instance: 'req-1' }),
})

export interface FieldServer {
  /** Everything stored, by id, in the order it came. */
  stored: Map<string, Observation & { worker: string }>
  /** How many posts came. */
  posts: string[][]
  signedIn: string | null
  doors: Door[]
  /** Answers instead, for one test. */
  refuse: ((item: Observation) => { code: string; detail: string } | null) | null
  broken: 'no' | 'before' | 'after'
  asOf: string
  /** The doors were changed by the test: the next answer is a new one. */
  changed: () => void
}

/** Routes /api/v1 of a page, or of a whole context with its service worker. */
export async function serve(
  page: Page,
  options: { signedIn?: string | null; lang?: 'zh' | 'en'; doors?: Door[]; now?: string | null } = {},
): Promise<FieldServer> {
  let version = 1
  const server: FieldServer = {
    stored: new Map(),
    posts: [],
    signedIn: options.signedIn === undefined ? WORKER : options.signedIn,
    doors: options.doors ?? grid(),
    refuse: null,
    broken: 'no',
    asOf: NOW,
    changed: () => (version += 1),
  }
  const context = page.context()
  await context.addCookies([{ name: 'lang', value: options.lang ?? 'zh', domain: '127.0.0.1', path: '/' }])
  if (options.now !== null) await page.clock.install({ time: new Date(options.now ?? NOW) })

  function apply(item: Observation): void {
    version += 1
    const target = item.supersedes ? server.stored.get(item.supersedes) : undefined
    const about = target ?? item
    for (const door of server.doors) {
      for (const task of door.tasks)
        if (task.id === about.enrolment) {
          const tried = item.result === 'not_home'
          if (tried) task.tries += 1
          else {
            task.state = item.result === 'withdrawn' ? 'open' : 'done'
            task.result = item.result === 'withdrawn' ? null : item.result
          }
        }
      if (!about.enrolment && door.place === about.place) {
        const state = { withdrawn: 'open', not_home: 'tried', empty: 'excused', away: 'excused' }[item.result]
        door.screening = (state ?? 'done') as Door['screening']
        door.screening_result = item.result === 'withdrawn' ? null : item.result
      }
    }
  }

  await context.route('**/api/v1/**', async (route: Route) => {
    const request = route.request()
    const url = new URL(request.url())
    const path = url.pathname.slice('/api/v1/'.length)
    const method = request.method()
    const json = (body: unknown) => route.fulfill({ json: body })
    if (server.broken === 'before') return route.abort('connectionreset')
    if (path === 'about') return json(about)
    if (path === 'session' && method === 'POST') {
      const { login } = request.postDataJSON() as { login: string }
      const found = about.demo_accounts.find((account) => account.login === login)
      if (!found) return route.fulfill(problem(401, 'guard.bad_login', '帐号或密码不对。'))
      server.signedIn = login === 'grid0102' ? OTHER : WORKER
      return json(session(server.signedIn, found.name, login))
    }
    if (path === 'session' && method === 'DELETE') {
      server.signedIn = null
      return json({ ok: true })
    }
    if (!server.signedIn) return route.fulfill(problem(401, 'guard.sign_in', '请先登录。'))
    if (path === 'session')
      return json(server.signedIn === OTHER ? session(OTHER, '孙海涛', 'grid0102') : session(server.signedIn))
    if (path === 'field/today') {
      if (url.searchParams.get('since') === String(version)) return route.fulfill({ status: 304 })
      return json({
        as_of: server.asOf,
        day: DAY,
        zone: 480,
        worker: server.signedIn,
        name: '刘敏',
        places: [
          {
            id: id(),
            path: '009001001',
            level: 3,
            kind: 'grid',
            name: '燕南社区第3网格',
            label: '燕南社区第3网格',
          },
        ],
        version: String(version),
        doors: server.doors,
        programmes: {
          list_follow_up: programme('list_follow_up'),
          daily_screening: programme('daily_screening'),
        },
      })
    }
    if (path === 'observations') {
      if (request.headers()['x-csrf-token'] !== `token-${server.signedIn.slice(-1)}`)
        return route.fulfill(problem(403, 'guard.csrf', '请求缺少防伪标记，请刷新页面后重试。'))
      const { items } = request.postDataJSON() as { items: Observation[] }
      server.posts.push(items.map((item) => item.id))
      const answer: Schema<'ObservationAnswer'> = { stored: [], refused: [] }
      for (const item of items) {
        const why = server.refuse?.(item)
        if (why) {
          answer.refused.push({ id: item.id, ...why })
          continue
        }
        const status = server.stored.has(item.id) ? 'already' : 'stored'
        if (status === 'stored') {
          apply(item)
          server.stored.set(item.id, { ...item, worker: server.signedIn })
        }
        answer.stored.push({ id: item.id, status, task_state: 'done', next_place: null })
      }
      if (server.broken === 'after') return route.abort('connectionreset')
      return json(answer)
    }
    if (path === 'places/search') {
      const level = url.searchParams.get('level')
      const place = (name: string) => ({
        id: id(),
        path: '009002001',
        level: Number(level ?? 7),
        kind: 'compound',
        code: null,
        name,
        label: name,
        children: 3,
        owner: null,
      })
      const items =
        level === '4'
          ? [place('燕都小区'), place('燕都新城')]
          : level === '2'
            ? [place('燕都社区')]
            : [place('燕都小区1号楼1单元201')]
      return json({ items, next: null })
    }
    if (/^people\/[^/]+\/reveal$/.test(path)) return json({ value: '13900000000' })
    return route.fulfill(problem(404, 'no_route', `没有这个地址：${path}`))
  })
  return server
}
