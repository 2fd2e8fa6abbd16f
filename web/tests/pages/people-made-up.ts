/** Made-up places and people for the page tests; nobody here exists. */
import type { Owner, PersonRow, Place, PlaceChild, PlaceRef } from '../../shared/api/schema'

/** The same numbers at each run. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 4294967296
  }
}
const roll = dice(14)
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(roll() * items.length)]!

let lastId = 0
export function id(): string {
  lastId += 1
  return `0190c000-0000-7000-8000-${String(lastId).padStart(12, '0')}`
}

const surnames = [...'王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许']
const given = [
  '小玮',
  '桂兰',
  '建国',
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
  '俊杰',
]
export const name = (): string => pick(surnames) + pick(given)

export const district: PlaceRef = {
  id: id(),
  path: '',
  level: 0,
  kind: 'district',
  name: '双塔区',
  label: '双塔区',
}
const streetNames: [string, string][] = [
  ['双塔街道', 'street'],
  ['前进街道', 'street'],
  ['凌河街道', 'street'],
  ['光明街道', 'street'],
  ['凌凤街道', 'street'],
  ['龙山街道', 'street'],
  ['站南街道', 'street'],
  ['红旗街道', 'street'],
  ['燕北街道', 'street'],
  ['桃花吐镇', 'town'],
  ['他拉皋镇', 'town'],
  ['孙家湾镇', 'town'],
  ['长宝营子乡', 'township'],
]
const step = (n: number): string => n.toString(36).padStart(3, '0')
export const streets: PlaceRef[] = streetNames.map(([text, kind], at) => ({
  id: id(),
  path: step(at + 1),
  level: 1,
  kind,
  name: text,
  label: text,
}))
export const communities: PlaceRef[] = ['燕南社区', '燕都社区', '双兴社区', '春晖社区', '新风社区'].map(
  (text, at) => ({
    id: id(),
    path: streets[8]!.path + step(at + 1),
    level: 2,
    kind: 'community',
    name: text,
    label: text,
  }),
)

export const owner = (): Owner => ({
  worker: id(),
  name: name(),
  phone: '0421-0000000',
  level: 3,
  place: '网格1',
  stand_in: roll() < 0.1,
})
export function door(): PlaceRef {
  const building = 1 + Math.floor(roll() * 18)
  const unit = 1 + Math.floor(roll() * 4)
  const room = (1 + Math.floor(roll() * 6)) * 100 + 1 + Math.floor(roll() * 3)
  const compound = pick(['春华小区', '燕都花园', '龙泉家园', '凤凰新城'])
  return {
    id: id(),
    path: communities[0]!.path + step(1) + step(building) + step(unit) + step(room),
    level: 7,
    kind: 'household',
    name: String(room),
    label: `${compound}${building}号楼${unit}单元${room}`,
  }
}
export function person(place: PlaceRef = door()): PersonRow {
  const age = Math.floor(roll() * 88)
  return {
    id: id(),
    name: name(),
    sex: roll() < 0.5 ? 1 : 2,
    age,
    idno_tail: String(1000 + Math.floor(roll() * 9000)),
    phone_tail: roll() < 0.9 ? String(1000 + Math.floor(roll() * 9000)) : null,
    relation: age < 16 ? 2 : 0,
    state: 'living',
    place,
  }
}
export function whole(place: PlaceRef): Place {
  const above = place.level === 0 ? [] : place.level === 1 ? [district] : [district, streets[8]!]
  if (place.level > 2) above.push(communities[0]!)
  return {
    ...place,
    code: null,
    parent: above[above.length - 1]?.id ?? null,
    valid_from: '2020-01-01',
    valid_until: null,
    version: 1,
    above,
    owner: owner(),
  }
}
export function child(place: PlaceRef, children: number): PlaceChild {
  return { ...place, code: `2113020${place.path}`, children, owner: owner() }
}
export { roll, pick }
