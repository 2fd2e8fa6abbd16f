import field from '@/locales/en/field.json'
import shared from '@/locales/en/shared.json'

export const texts: Record<string, string> = { ...shared, ...field }
