/** "All well" at a door with one tap, and back. */
import { shownOf } from './words'
import { SCREENING, type ProgrammeResult } from '../model/programme'
import type { DoorView } from '../model/doors'
import { inUndo, now, programmes, record, undo } from '../keep/state'

export function allWellResult(): ProgrammeResult | undefined {
  return programmes.value[SCREENING]?.results.find((one) => one.effect === 'done')
}

export async function sayWell(view: DoorView): Promise<void> {
  const result = allWellResult()
  if (!result) return
  try {
    await record([
      { programme: SCREENING, result: result.code, place: view.door.place, shown: shownOf(view.door) },
    ])
    navigator.vibrate?.(20)
  } catch {
    /* the page says that the phone would not keep it */
  }
}

export function undoable(view: DoorView): boolean {
  const fact = view.screening?.fact ?? null
  // The clock is looked at only where there is something to undo: a row without is not drawn again for it.
  return fact !== null && inUndo(fact, now.value)
}

export async function takeBack(view: DoorView): Promise<void> {
  if (view.screening?.fact) await undo([view.screening.fact])
}
