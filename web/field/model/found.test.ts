import { describe, expect, it } from 'vitest'
import type { KeptFact } from './fact'
import { bodyOf, correctionOf, foundOf, foundPerson, hidesNumbers, mayCorrect } from './found'

const NOON = Date.parse('2020-02-14T12:00:00+08:00')
const ZONE = 480
const fact = (over: Partial<KeptFact>, observation: Partial<KeptFact['observation']> = {}): KeptFact => ({
  id: 'a',
  worker: 'w',
  state: 'waiting',
  observation: {
    id: 'a',
    at: '2020-02-14T12:00:00+08:00',
    programme: 'register',
    result: 'found',
    place: 'door',
    body: { name: '完颜新来', phone: '15400001234', relation: 8 },
    ...observation,
  },
  shown: { place: 'door', door: '501', person: '完颜新来' },
  madeAt: NOON,
  holdUntil: NOON,
  tries: 0,
  ...over,
})
const said = { name: ' 完颜新莱 ', idno: '', phone: '', sex: 0, relation: null, none: [] }

describe('somebody registered at a door', () => {
  it('is the same person through corrections and a withdrawal', () => {
    expect(foundPerson(fact({}))).toBe('a')
    expect(foundPerson(fact({ id: 'c' }, { id: 'c', supersedes: 'b', person: 'a' }))).toBe('a')
    expect(foundPerson(fact({ id: 'c' }, { id: 'c', result: 'withdrawn', supersedes: 'a' }))).toBe('a')
  })

  it('is registered anew as long as nothing can have arrived, and corrected afterwards', () => {
    expect(correctionOf(fact({}))).toBeUndefined()
    expect(correctionOf(fact({ state: 'refused', tries: 1 }))).toBeUndefined()
    expect(correctionOf(fact({ tries: 1 }))).toBe('a')
    expect(correctionOf(fact({ state: 'sent', tries: 1 }))).toBe('a')
    expect(correctionOf(fact({ id: 'c', state: 'refused' }, { supersedes: 'b', person: 'a' }))).toBe('a')
  })

  it('says only what was said at first', () => {
    expect(bodyOf(said)).toEqual({ name: '完颜新莱' })
    expect(bodyOf(said, fact({}))).toEqual({ name: '完颜新莱' })
  })

  it('leaves numbers that are not here as they are, and removes those that should not be there', () => {
    const sent = fact({ state: 'sent', tries: 1 }, { body: { name: '完颜新来' } })
    expect(hidesNumbers(sent)).toBe(true)
    expect(bodyOf(said, sent)).toEqual({ name: '完颜新莱', relation: null })
    expect(bodyOf({ ...said, phone: '15400005678', none: ['idno'] }, sent)).toEqual({
      name: '完颜新莱',
      phone: '15400005678',
      idno: null,
      relation: null,
    })
  })

  it('takes back a number that was cleared here and may have arrived', () => {
    expect(bodyOf(said, fact({ tries: 1 }))).toEqual({ name: '完颜新莱', phone: null, relation: null })
    // A correction that was refused changed nothing: what it replaced stays.
    const refused = fact({ id: 'c', state: 'refused', tries: 1 }, { supersedes: 'a', person: 'a' })
    expect(bodyOf(said, refused)).toEqual({ name: '完颜新莱', relation: null })
  })

  it('shows again what a correction removes', () => {
    expect(foundOf(fact({}, { body: { name: '完颜新来', phone: null } })).none).toEqual(['phone'])
  })

  it('is corrected until the end of the day on which the server heard of them', () => {
    const first = fact({ state: 'sent', tries: 1, sentAt: NOON })
    const later = fact(
      { id: 'c', state: 'sent', tries: 1, sentAt: NOON + 24 * 3600_000 },
      { id: 'c', supersedes: 'a', person: 'a' },
    )
    expect(mayCorrect(first, [first], '2020-02-14', ZONE)).toBe(true)
    expect(mayCorrect(first, [first], '2020-02-15', ZONE)).toBe(false)
    expect(mayCorrect(later, [first, later], '2020-02-15', ZONE)).toBe(false)
    expect(mayCorrect(fact({}), [], '2020-02-15', ZONE)).toBe(true)
  })
})
