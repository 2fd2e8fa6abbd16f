/** Two texts, character by character: what both have in the same order, and what only one has. */
export interface Part {
  text: string
  same: boolean
}

const LONGEST = 240

function joined(parts: Part[]): Part[] {
  const out: Part[] = []
  for (const part of parts) {
    const last = out[out.length - 1]
    if (last && last.same === part.same) last.text += part.text
    else out.push({ ...part })
  }
  return out
}

/** By place when both are as long and differ in few places (a mistyped digit), else by the longest common subsequence. */
export function differences(leftText: string, rightText: string): { left: Part[]; right: Part[] } {
  const left = Array.from(leftText).slice(0, LONGEST)
  const right = Array.from(rightText).slice(0, LONGEST)
  if (left.length === right.length) {
    const off = left.filter((char, at) => char !== right[at]).length
    if (off * 3 <= left.length) {
      return {
        left: joined(left.map((text, at) => ({ text, same: text === right[at] }))),
        right: joined(right.map((text, at) => ({ text, same: text === left[at] }))),
      }
    }
  }
  // table[i][j]: length of the longest common subsequence of left from i and right from j
  const table: Uint16Array[] = Array.from(
    { length: left.length + 1 },
    () => new Uint16Array(right.length + 1),
  )
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      table[i]![j] =
        left[i] === right[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
    }
  }
  const outLeft: Part[] = []
  const outRight: Part[] = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      outLeft.push({ text: left[i]!, same: true })
      outRight.push({ text: right[j]!, same: true })
      i += 1
      j += 1
    } else if (j >= right.length || (i < left.length && table[i + 1]![j]! >= table[i]![j + 1]!)) {
      outLeft.push({ text: left[i]!, same: false })
      i += 1
    } else {
      outRight.push({ text: right[j]!, same: false })
      j += 1
    }
  }
  return { left: joined(outLeft), right: joined(outRight) }
}
