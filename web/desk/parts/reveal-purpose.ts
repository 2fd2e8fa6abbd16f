import { ref } from 'vue'

/** What for, as said once for the record at hand; the person's page clears it, so that each record is asked for anew. */
export const purpose = ref('')
