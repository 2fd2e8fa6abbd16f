import field from '@/locales/zh/field.json'
import shared from '@/locales/zh/shared.json'

export const texts: Record<string, string> = { ...shared, ...field }
