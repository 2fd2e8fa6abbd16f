/** From what the thermometer says to what is recorded: an unlikely value is asked again, a fever is measured twice. */
import { computed, ref } from 'vue'
import { degrees, isUsual } from '../model/temperature'

export type Asking = 'first' | 'unusual' | 'second' | 'fever'

export function useReading(isFever: (temperature: number) => boolean) {
  /** The reading that counts, in tenths. */
  const value = ref<number | null>(null)
  /** The first of two, when the first was a fever. */
  const first = ref<number | null>(null)
  const asking = ref<Asking>('first')
  /** What the pad shows. */
  const shown = ref<number | null>(null)
  const settled = computed(() => value.value !== null)
  /** Counts the measurements: with each the pad's tenths are blank again, while its whole degree stays. */
  const turn = ref(0)

  function accept(tenths: number): void {
    value.value = tenths
    asking.value = isFever(degrees(tenths)) ? 'fever' : 'first'
  }
  /** A reading came in; true when it is settled and plain, so that nothing more need be asked. */
  function take(tenths: number): boolean {
    shown.value = tenths
    value.value = null
    if (!isUsual(tenths)) {
      asking.value = 'unusual'
      return false
    }
    if (isFever(degrees(tenths)) && first.value === null) {
      first.value = tenths
      shown.value = null
      asking.value = 'second'
      turn.value += 1
      return false
    }
    accept(tenths)
    return asking.value === 'first'
  }
  /** "It really says so." */
  function insist(): void {
    if (shown.value !== null) accept(shown.value)
  }
  /** The second measurement cannot be had: the first counts. */
  function keepFirst(): void {
    if (first.value === null) return
    shown.value = first.value
    accept(first.value)
    first.value = null
  }
  function again(): void {
    shown.value = null
    value.value = null
    asking.value = first.value === null ? 'first' : 'second'
    turn.value += 1
  }
  /** From a fact that is being mended: as it was, nothing asked. */
  function preset(tenths: number | null, firstOfTwo: number | null): void {
    shown.value = tenths
    value.value = tenths
    first.value = firstOfTwo
    asking.value = tenths !== null && isFever(degrees(tenths)) ? 'fever' : 'first'
    turn.value += 1
  }
  function clear(): void {
    preset(null, null)
  }
  return { value, first, asking, shown, settled, turn, take, insist, keepFirst, again, preset, clear }
}
