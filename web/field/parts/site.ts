import { ref, watch } from 'vue'

/** Where the thermometer is held: as last time. */
const KEY = 'wangge-field-site'
function kept(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
export const lastSite = ref<string | null>(kept())
watch(lastSite, (site) => {
  try {
    if (site) localStorage.setItem(KEY, site)
  } catch {
    /* only a comfort */
  }
})
