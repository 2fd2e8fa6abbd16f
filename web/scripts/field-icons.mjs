// Draws the phone's icons: a grid with one door lit, as SVG and as PNG in the sizes that a home screen asks for.
// Run after changing the drawing: node scripts/field-icons.mjs. The files are kept, so that a build needs none of this.
import { writeFile } from 'node:fs/promises'
import { crc32, deflateSync } from 'node:zlib'

const folder = new URL('../public/field/', import.meta.url)
const BLUE = [0x13, 0x3f, 0x70]
const WHITE = [0xff, 0xff, 0xff]
const AMBER = [0xff, 0xc1, 0x5e]

/** The drawing on a square of 96: three by three windows, the middle one lit, a roof line above. */
function shapes(scale) {
  const size = 16 * scale
  const gap = 6 * scale
  const from = 48 - (3 * size + 2 * gap) / 2
  const out = []
  for (let row = 0; row < 3; row += 1)
    for (let column = 0; column < 3; column += 1)
      out.push({
        x: from + column * (size + gap),
        y: from + row * (size + gap),
        size,
        colour: row === 1 && column === 1 ? AMBER : WHITE,
      })
  return out
}
const hex = (colour) => `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`

function svg() {
  const windows = shapes(1)
    .map(
      ({ x, y, size, colour }) =>
        `<rect x="${x}" y="${y}" width="${size}" height="${size}" rx="2" fill="${hex(colour)}"/>`,
    )
    .join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="18" fill="${hex(BLUE)}"/>${windows}</svg>\n`
}

/** Coverage of a pixel by a rounded square, by sixteen samples. */
function inside(x, y, left, top, size, radius) {
  const dx = Math.max(left + radius - x, 0, x - (left + size - radius))
  const dy = Math.max(top + radius - y, 0, y - (top + size - radius))
  return x >= left && y >= top && x <= left + size && y <= top + size && dx * dx + dy * dy <= radius * radius
}
function png(pixels, { full, scale }) {
  const unit = 96 / pixels
  const rows = []
  const windows = shapes(scale)
  for (let py = 0; py < pixels; py += 1) {
    const row = Buffer.alloc(1 + pixels * 4)
    for (let px = 0; px < pixels; px += 1) {
      const sum = [0, 0, 0, 0]
      for (let s = 0; s < 16; s += 1) {
        const x = (px + ((s % 4) + 0.5) / 4) * unit
        const y = (py + (Math.floor(s / 4) + 0.5) / 4) * unit
        if (!full && !inside(x, y, 0, 0, 96, 18)) continue
        const hit = windows.find((one) => inside(x, y, one.x, one.y, one.size, 2 * scale))
        const colour = hit ? hit.colour : BLUE
        for (let part = 0; part < 3; part += 1) sum[part] += colour[part]
        sum[3] += 1
      }
      const at = 1 + px * 4
      for (let part = 0; part < 3; part += 1) row[at + part] = sum[3] ? Math.round(sum[part] / sum[3]) : 0
      row[at + 3] = Math.round((sum[3] / 16) * 255)
    }
    rows.push(row)
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(pixels, 0)
  head.writeUInt32BE(pixels, 4)
  head.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

await writeFile(new URL('icon.svg', folder), svg())
await writeFile(new URL('icon-192.png', folder), png(192, { full: false, scale: 1 }))
await writeFile(new URL('icon-512.png', folder), png(512, { full: false, scale: 1 }))
// A launcher may cut this one to any shape: the drawing keeps to the middle four fifths.
await writeFile(new URL('icon-maskable-512.png', folder), png(512, { full: true, scale: 0.78 }))
