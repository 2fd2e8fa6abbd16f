/** Answers of the API for the page tests, in the shapes of the contract; kept in memory for one page. */
import type {
  Alarm,
  Job,
  List,
  ListRow,
  ListRowItem,
  Schema,
  Session,
  Sums,
  Task,
  Today,
} from '../../shared/api/schema'
import {
  child,
  communities,
  district,
  door,
  id,
  name,
  owner,
  person,
  pick,
  roll,
  streets,
  whole,
} from './people-made-up'

export const DAY = '2020-02-14'
export const NOW = `${DAY}T21:05:00+08:00`
const at = (clock: string, day = DAY): string => `${day}T${clock}:00+08:00`

export const session: Session = {
  worker: { id: id(), login: 'qu01', name: '张明', role: 'district' },
  rights: [
    'person.read',
    'person.write',
    'person.reveal',
    'place.write',
    'duty.write',
    'task',
    'task.see',
    'assign',
    'list.read',
    'list.import',
    'review',
    'report.read',
    'report.sign',
    'report.verify',
    'export',
    'audit.read',
    'account.write',
  ],
  scope: [{ path: '', place: district }],
  csrf: 'token',
  demo: true,
  zone: 480,
  district: '211302',
}
export const about: Schema<'About'> = {
  district: '211302',
  district_name: '双塔区',
  version: '0.1.0',
  demo: true,
  demo_password: 'wangge-demo',
  demo_accounts: ['district', 'data', 'street', 'community', 'clerk', 'worker', 'keeper'].map((role, n) => ({
    login: `demo${n}`,
    name: name(),
    role,
  })),
}

export function sums(due: number, open: number, overdue: number, excused: number): Sums {
  return { due, done: due - open - overdue - excused, excused, open, overdue }
}
const alarm = (temperature: number | null, state: Alarm['state']): Alarm => {
  const who = person()
  return {
    id: id(),
    kind: temperature === null ? 'symptoms' : 'fever',
    person: who,
    place: who.place,
    at: at('19:40'),
    temperature,
    state,
    taken_by: state === 'taken' ? name() : null,
    outcome: null,
  }
}
export const alarms: Alarm[] = [alarm(37.8, 'open'), alarm(null, 'open'), alarm(37.4, 'taken')]

function listRow(
  text: string,
  source: string,
  state: ListRow['state'],
  received: number,
  when: string,
): ListRow {
  const rejected = Math.floor(received * 0.0375)
  const review = state === 'open' ? Math.floor(received * 0.0497) : 0
  const fresh = Math.floor(received * 0.133)
  const dispatched = received - rejected - review
  return {
    id: id(),
    name: text,
    source,
    programme: 'list_follow_up',
    received: when,
    due: at('08:00', '2020-02-15'),
    by: name(),
    mine: true,
    state,
    counts: {
      received,
      matched: received - rejected - review - fresh,
      new: fresh,
      review,
      rejected,
      dispatched,
      reached: Math.floor(dispatched * 0.71),
      closed: Math.floor(dispatched * 0.68),
    },
  }
}
export const listRows: ListRow[] = [
  listRow('火车站 2月14日', '火车站', 'open', 40_000, at('20:10')),
  listRow('公安推送第17批', '公安推送', 'working', 1_240, at('18:02')),
  listRow('高速出口 2月13日', '高速出口', 'open', 612, at('22:40', '2020-02-13')),
  { ...listRow('客运站 2月14日', '客运站', 'mapping', 0, at('21:00')), due: null },
  listRow('公安推送第16批', '公安推送', 'closed', 980, at('09:15', '2020-02-12')),
]

const kinds: [string, string, string[], number][] = [
  ['序号', 'unknown', ['1', '2', '3'], 0.6],
  ['旅客姓名', 'name', ['王小玮', '李桂兰', '赵建国'], 0.99],
  ['证件号码', 'idno', ['219999199001011238', '2.19999E+17', '21999919750715005X'], 0.97],
  ['联系方式', 'phone', ['13800000001', '0421-2800000', '13900000002'], 0.93],
  ['到站时间', 'came_on', ['2020-02-13 18:20', '2020/2/13', '43874'], 0.9],
  ['车次', 'transport', ['G1234', 'K957', '4225'], 0.88],
  ['始发', 'came_from', ['武汉', '沈阳', '北京'], 0.55],
  ['现住址', 'address', ['春华小区3号楼2单元501', '他拉皋镇大三家村3组', '燕都花园7-1-302'], 0.91],
  ['列9', 'text', ['无', '探亲', '返岗'], 0.34],
]
export function list(row: ListRow): List {
  return {
    ...row,
    file_name: '旅客名单20200214.xlsx',
    shape: {
      format: 'xlsx',
      encoding: 'UTF-8',
      delimiter: null,
      sheet: 'Sheet1',
      other_sheets: ['说明'],
      title_rows: 1,
      header_row: 2,
      bytes: 2_310_220,
    },
    columns: kinds.map(([header, kind, samples, confidence], index) => ({
      index,
      header,
      kind,
      second: header === '始发' ? 'city' : null,
      confidence,
      by_header: confidence > 0.5,
      by_content: confidence > 0.85,
      filled: 1000 - index * 7,
      sampled: 1000,
      faulty: kind === 'idno' ? 31 : 0,
      lost: kind === 'idno' ? 5 : 0,
      samples,
    })),
    remembered: false,
    known: row.state === 'mapping' ? listRows[0]! : null,
    job: row.state === 'working' ? id() : null,
    counts: row.counts,
    funnel:
      row.counts.received === 0
        ? []
        : [...streets.slice(0, 12), null].map((place, n) => {
            const received = Math.max(20, Math.floor(row.counts.received / (n + 6)))
            const dispatched = Math.floor(received * (place ? 0.95 : 0))
            const reached = Math.floor(dispatched * (0.6 + 0.03 * n))
            return {
              place,
              received,
              dispatched,
              reached,
              closed: Math.floor(reached * 0.97),
              overdue: n % 3 === 0 ? Math.floor(received / 40) : 0,
            }
          }),
    oddities: [
      { code: 'title_rows', count: 1, text: '标题行' },
      { code: 'total_rows', count: 1, text: '合计行' },
      { code: 'lost_idno', count: 212, text: '证件号被表格软件破坏' },
      { code: 'same_rows', count: 37, text: '重复的行' },
    ],
    measure: {},
  }
}
const reasons: Record<ListRowItem['outcome'], [string, string][]> = {
  matched: [
    ['idno', '证件号相同'],
    ['phone_name', '电话和姓名相同'],
  ],
  new: [['no_candidate', '居民库里没有相近的人']],
  review: [['two_close', '有两个人都像']],
  rejected: [
    ['lost_idno', '证件号被表格软件破坏，且没有其他可认的'],
    ['no_name', '没有姓名'],
  ],
}
export function rowsOf(n: number, outcome?: string): ListRowItem[] {
  return Array.from({ length: n }, (_, row): ListRowItem => {
    const which = (outcome ||
      pick(['matched', 'matched', 'matched', 'new', 'review', 'rejected'])) as ListRowItem['outcome']
    const [reason, text] = pick(reasons[which])
    const done = which === 'matched' && roll() < 0.5
    return {
      row: row + 3,
      name: reason === 'no_name' ? '' : name(),
      idno_tail: reason === 'lost_idno' ? null : String(1000 + Math.floor(roll() * 9000)),
      phone_tail: roll() < 0.8 ? String(1000 + Math.floor(roll() * 9000)) : null,
      outcome: which,
      reason,
      reason_text: text,
      probability: which === 'rejected' ? null : 0.98,
      stage: which === 'matched' || which === 'new' ? (done ? 'closed' : 'dispatched') : 'waiting',
      person: which === 'matched' ? id() : null,
      place: which === 'rejected' ? null : which === 'matched' ? door() : communities[row % 5]!,
      owner: which === 'matched' || which === 'new' ? owner() : null,
      decided_by: null,
      result: done ? 'seen' : null,
    }
  })
}
export const fullRow: Schema<'ListRowFull'> = {
  row: 7,
  header: kinds.map(([header]) => header),
  kinds: kinds.map(([, kind]) => kind),
  cells: ['5', '', '2.19999E+17', '', '2020-02-13', 'G1234', '武汉', '春华小区', ''],
  mended: null,
  outcome: 'rejected',
  reason: 'lost_idno',
  reason_text: '证件号被表格软件破坏，且没有其他可认的',
  fault_columns: [1, 2],
  version: 1,
}

export function task(n: number): Task {
  const late = n % 3 === 0 ? 0 : n % 5 === 0 ? 62 : (n % 4) + 1
  const who = person()
  return {
    id: id(),
    programme: 'list_follow_up',
    person: who,
    due: at('19:00'),
    state: 'open',
    overdue_hours: late,
    escalated: late > 3 ? 1 : late ? 2 : 3,
    owner: n % 7 === 6 ? null : owner(),
    named: n % 6 === 1,
    tries: n % 4 === 1 ? 2 : 0,
    result: null,
    closed: null,
    lists: n % 5 === 0 ? ['火车站 2月14日', '公安推送第17批'] : ['火车站 2月14日'],
    previous: null,
  }
}
const taskRows = Array.from({ length: 40 }, (_, n) => task(n))
export const tasks = (n: number, state: string): Task[] =>
  taskRows
    .filter((one) =>
      state === 'overdue' ? one.overdue_hours > 0 : state === 'open' ? !one.overdue_hours : true,
    )
    .slice(0, state === 'overdue' ? Math.min(n, 6) : n)

export function today(path: string): Today {
  const below = path === '' ? streets : communities
  return {
    as_of: NOW,
    day: DAY,
    place: whole(path === '' ? district : (streets.find((one) => one.path === path) ?? communities[0]!)),
    screening: sums(48_120, 1_310, 140, 124),
    follow_up: sums(4_812, 131, 14, 12),
    children: below.map((place, n) => ({
      place,
      screening: sums(4_100 - n * 170, 30 + n * 14, n % 4 === 0 ? 22 : 0, n),
      follow_up: sums(420 - n * 21, 6 + n, n % 3 === 0 ? 6 - Math.floor(n / 3) : 0, n % 2),
    })),
    hours: Array.from({ length: 24 }, (_, hour) => {
      const curve = (x: number): number => Math.round(46_600 / (1 + Math.exp(-(x - 13) / 2.6)))
      return {
        hour,
        today: hour < 21 ? Math.round(curve(hour + 1) * 0.985) : null,
        yesterday: curve(hour + 1.2),
      }
    }),
    alarms,
    lists: listRows.filter((one) => one.state === 'open'),
    review_left: 2018,
    pool: 37,
    report: 'unsigned',
  }
}

function evidence(
  kind: string,
  field: string,
  left: string,
  right: string,
  words: string,
  weight: number,
  share = 0,
): Schema<'Evidence'> {
  return { field, kind, left, right, level: 'near', words, weight, share }
}
export function reviewItem(row: number, left: number): Schema<'ReviewItem'> {
  const one = { ...person(), name: '王小伟', age: 30, sex: 1 }
  const two = { ...person(), name: '王晓玮', age: 29, sex: 2 }
  return {
    list: listRows[0]!.id,
    list_name: listRows[0]!.name,
    row,
    until: NOW,
    loading: null,
    reason_text: '证件号差一位，姓名同音不同字',
    left,
    fields: [
      { header: '旅客姓名', kind: 'name', value: '王小玮' },
      { header: '证件号码', kind: 'idno', value: '219999199001011238' },
      { header: '联系方式', kind: 'phone', value: '13800001238' },
      { header: '现住址', kind: 'address', value: '春华小区3-2-501' },
      { header: '车次', kind: 'transport', value: 'G1234' },
      { header: '始发', kind: 'came_from', value: '武汉' },
      { header: '到站时间', kind: 'came_on', value: '2020-02-13 18:20' },
    ],
    candidates: [
      {
        person: one,
        probability: 0.874,
        sentence: '证件号差一位，姓名同音不同字，住址相同。',
        birth: '1990-01-01',
        address: null,
        evidence: [
          evidence('name', '旅客姓名', '王小玮', '王小伟', '同音不同字', 6.2, 0.0004),
          evidence('idno', '证件号码', '219999199001011238', '219999199001011288', '一位数字不同', 4.1),
          evidence('phone', '联系方式', '13800001238', '13800009912', '不同', -2.4),
          evidence('address', '现住址', '春华小区3-2-501', '春华小区3号楼2单元501', '同一户', 9.3, 0.00002),
        ],
      },
      {
        person: two,
        probability: 0.112,
        sentence: '姓名同音，其他都不同。',
        birth: '1991-03-09',
        address: null,
        evidence: [
          evidence('name', '旅客姓名', '王小玮', '王晓玮', '同音不同字', 5.1, 0.0006),
          evidence('idno', '证件号码', '219999199001011238', '219999199103091246', '不同', -7.8),
          evidence('phone', '联系方式', '13800001238', '', '一方没有', 0),
        ],
      },
    ],
  }
}

export const household = (n: number): Schema<'HouseholdRow'> => ({
  place: door(),
  people: 1 + (n % 5),
  state: n % 4 === 1 ? 'tried' : 'open',
  result: n % 4 === 1 ? 'not_home' : null,
  at: n % 4 === 1 ? at('10:12') : null,
  owner: owner(),
})
export const lateBy = (by: string): Schema<'LateBy'>[] =>
  (by === 'worker' ? Array.from({ length: 9 }, name) : communities.map((one) => one.name)).map((text, n) => ({
    key: id(),
    name: text,
    place: communities[n % 5]!,
    open: 30 - n * 2,
    overdue: Math.max(0, 9 - n),
    worst_hours: Math.max(0, 53 - n * 7),
  }))
export const worker = (): Schema<'WorkerRow'> => ({
  id: id(),
  name: name(),
  role: 'worker',
  phone: '0421-0000000',
  active: true,
  places: [{ ...communities[0]!, name: '网格1' }],
  open: 31,
  overdue: 2,
})
export const job = (state: Job['state'], done: number): Job => ({
  id: id(),
  kind: 'list.import',
  state,
  phase: 'comparing',
  done,
  queued: NOW,
  started: NOW,
  ended: null,
  result: null,
  problem: null,
})
export const children = (path: string) =>
  (path === '' ? streets : communities).map((place, n) => child(place, 4 + n))

export function wholePerson(who: string): Schema<'Person'> {
  const home = door()
  const head = { ...person(home), id: who, name: '王桂兰', age: 34, sex: 2, relation: 0 }
  const fact = (
    when: string,
    result: string,
    temperature: number | null,
    body: Record<string, unknown>,
    programme = 'daily_screening',
  ): Schema<'Fact'> => ({
    id: id(),
    at: when,
    received: when,
    programme,
    result,
    temperature,
    worker: name(),
    body,
    supersedes: null,
    superseded: false,
  })
  return {
    ...head,
    birth: '1986-05-12',
    address: null,
    note: '听力不好，电话请大声',
    place: whole(home),
    household: [head, { ...person(home), age: 36, relation: 1 }, { ...person(home), age: 7, relation: 3 }],
    tasks: [
      {
        id: id(),
        programme: 'list_follow_up',
        state: 'open',
        due: at('08:00', '2020-02-15'),
        opened: at('20:10'),
        result: null,
        place: home,
        owner: owner(),
        lists: ['火车站 2月14日'],
        previous: null,
      },
    ],
    lists: [
      {
        list: listRows[0]!.id,
        name: listRows[0]!.name,
        row: 4102,
        outcome: 'matched',
        stage: 'dispatched',
        received: at('20:10'),
      },
    ],
    facts: [
      fact(at('18:20'), 'fever', 37.6, { site: 'axillary', symptoms: ['cough'] }),
      { ...fact(at('09:02'), 'normal', 36.4, { people: 3, by_phone: true }), superseded: true },
      fact(at('09:10', '2020-02-13'), 'normal', 36.5, { people: 3 }),
      fact(at('17:31', '2020-02-12'), 'not_home', null, { note: '邻居说去了超市' }, 'list_follow_up'),
    ],
    created: at('10:00', '2020-01-20'),
    updated: at('18:20'),
    version: 3,
  }
}

const figures: [string, string, number, number | null][] = [
  ['households_due', '应排查户', 4812, 4810],
  ['households_done', '已排查户', 4655, 4731],
  ['to_reach', '应见面人数', 131, 96],
  ['reached', '已见面人数', 117, 90],
  ['arrivals_province', '当日新增返回（省内）', 24, 22],
  ['arrivals_other', '当日新增返回（外省）', 9, 31],
  ['arrivals_abroad', '当日新增返回（境外）', 0, 0],
  ['fever', '发热', 3, 1],
  ['not_reached', '没有见到', 14, 6],
  ['excused', '免', 12, 12],
  ['passed', '转出', 4, 2],
  ['people', '登记居民', 13209, 13201],
  ['workers', '在岗人员', 12, null],
]
export function report(path: string): Schema<'Report'> {
  const community = path.length === 6
  const place = community ? communities[0]! : path ? streets[8]! : district
  return {
    day: DAY,
    place: whole(place),
    cutoff: NOW,
    state: 'unsigned',
    figures: figures.map(([code, label, value, yesterday]) => ({
      code,
      label,
      value,
      yesterday,
      difference: yesterday === null ? null : value - yesterday,
      rows: code === 'workers' ? null : `figure=${code}`,
    })),
    corrections: community
      ? [{ day: '2020-02-13', code: 'reached', label: '已见面人数', signed: 88, now: 90 }]
      : [],
    remark: null,
    signed: null,
    verified: null,
    children: community
      ? []
      : (path ? communities : streets).map((one, n) => ({
          place: one,
          state: path ? (n === 1 ? 'verified' : n === 2 ? 'signed' : 'unsigned') : 'partly',
          signed: n % 5,
          verified: n % 3,
          held_above: false,
          communities: path ? 1 : 5,
          figures: Object.fromEntries(figures.map(([code, , value]) => [code, Math.floor(value / (n + 3))])),
        })),
    difference_from_signed: false,
  }
}
export const duty = (n: number): Schema<'Duty'> => ({
  id: id(),
  place: { ...communities[n % 5]!, label: `${communities[n % 5]!.label} 网格${n}`, level: 3 },
  worker: id(),
  worker_name: name(),
  role: n % 4 === 3 ? 'help' : 'lead',
  from: '2020-01-26',
  until: n % 6 === 5 ? '2020-02-10' : null,
  recorded: at('09:00', '2020-01-26'),
  recorded_by: name(),
  current: n % 6 !== 5,
})
export const gaps: Schema<'DutyGap'>[] = [
  { kind: 'gap', place: communities[0]!, households: 212, until: null, holders: [name()] },
  { kind: 'overlap', place: communities[1]!, households: 180, until: null, holders: [name(), name()] },
]
export const absence = (n: number): Schema<'Absence'> => ({
  id: id(),
  worker: id(),
  worker_name: name(),
  from: '2020-02-13',
  until: '2020-02-17',
  stand_in: n ? id() : null,
  stand_in_name: n ? name() : null,
  reason: '病假',
})
export const account = (n: number): Schema<'Account'> => ({
  id: id(),
  login: n % 4 === 3 ? null : `yb0${n}`,
  name: name(),
  phone: '0421-0000000',
  role: ['worker', 'community', 'street', 'clerk'][n % 4]!,
  active: n % 5 !== 4,
  demo: n < 3,
})
export const auditRow = (n: number): Schema<'AuditRow'> => ({
  id: id(),
  at: at(`2${n % 2}:0${n % 10}`.slice(0, 5)),
  worker: id(),
  worker_name: name(),
  verb: ['person.read', 'person.list', 'person.reveal', 'task.assign'][n % 4]!,
  person: n % 4 === 1 ? null : id(),
  what: n % 4 === 1 ? '50 rows' : null,
  reason: n % 4 === 2 ? '打电话联系' : null,
  place: null,
  request: `r-${4000 + n}`,
})
export const checks: Schema<'Checks'> = {
  as_of: NOW,
  ok: false,
  items: [
    {
      code: 'list.sum',
      title: '名单的收到数等于相符、新增、待复核、退回之和',
      ok: true,
      count: 0,
      rows: [],
      advice: '',
    },
    {
      code: 'task.sum',
      title: '应查数等于完成、免、待办、逾期之和',
      ok: true,
      count: 0,
      rows: [],
      advice: '',
    },
    {
      code: 'place.path',
      title: '每个地方的路径都从上级的路径开始',
      ok: false,
      count: 2,
      rows: ['春华小区3号楼', '燕都花园7号楼'],
      advice: '运行 wangge rebuild 重算路径。',
    },
  ],
}
