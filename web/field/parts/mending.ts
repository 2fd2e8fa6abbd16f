/** From a kept fact to a form and back. What a fact is about does not change; what was found does. */
import type { KeptFact } from '../model/fact'
import { bodyOf, correctionOf, FOUND, REGISTER, type FoundPerson } from '../model/found'
import { mend } from '../keep/state'
import type { Said } from './FactForm.vue'

export function factSaid(fact: KeptFact): Said {
  const { result, temperature, body, enrolment, place } = fact.observation
  return {
    result,
    temperature: temperature ?? null,
    body: { ...((body ?? {}) as Record<string, unknown>) },
    place: enrolment ? (place ?? null) : null,
  }
}

export async function sayAgain(fact: KeptFact, said: Said, at = fact.madeAt): Promise<void> {
  const { programme, enrolment, person, place } = fact.observation
  await mend(
    fact,
    {
      programme,
      result: said.result,
      shown: fact.shown,
      temperature: said.temperature,
      body: said.body,
      ...(enrolment ? { enrolment } : {}),
      ...(person ? { person } : {}),
      ...(said.place || place ? { place: (enrolment ? said.place : place) ?? undefined } : {}),
    },
    at,
  )
}

/** The same for somebody found at a door. A correction is said now, whenever the registration was. */
export async function sayFoundAgain(fact: KeptFact, person: FoundPerson): Promise<void> {
  const corrects = correctionOf(fact)
  await mend(
    fact,
    {
      programme: REGISTER,
      result: FOUND,
      place: fact.observation.place ?? undefined,
      ...(corrects ? { person: corrects } : {}),
      body: bodyOf(person, fact),
      shown: fact.shown,
    },
    corrects ? Date.now() : fact.madeAt,
  )
}
