import { ref } from 'vue'

/** What was last looked for, so that going back from a door finds the same rows. */
export const searched = ref('')
