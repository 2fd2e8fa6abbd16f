/** A number as the register keeps it (country, area, number: "8613900000000", "864212345678"), as it is dialled and as it is read. */
export interface Telephone {
  href: string
  shown: string
}

export function telephone(kept: string): Telephone {
  const digits = kept.replace(/\D/g, '')
  const [, mobile] = /^(?:86)?(1\d{10})$/.exec(digits) ?? []
  if (mobile)
    return {
      href: `tel:+86${mobile}`,
      shown: `${mobile.slice(0, 3)} ${mobile.slice(3, 7)} ${mobile.slice(7)}`,
    }
  if (/^86\d{9,11}$/.test(digits)) return { href: `tel:+${digits}`, shown: `0${digits.slice(2)}` }
  const plus = kept.startsWith('+') ? '+' : ''
  return { href: `tel:${plus}${digits}`, shown: plus + digits }
}
