/** UUIDv7 (RFC 9562): a fact's id is made where it happened, in the order of time. */
let lastTime = 0
let lastCount = 0

export function uuid7(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  // Within one millisecond (or when the clock steps back) a 12-bit counter keeps the order.
  if (now > lastTime) {
    lastTime = now
    lastCount = ((bytes[6]! << 8) | bytes[7]!) & 0x7ff
  } else {
    lastCount += 1
    if (lastCount > 0xfff) {
      lastTime += 1
      lastCount = 0
    }
  }
  let time = lastTime
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  bytes[6] = 0x70 | (lastCount >> 8)
  bytes[7] = lastCount & 0xff
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
