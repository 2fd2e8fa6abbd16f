/** Names by which the page and the service worker find each other. */
export const SYNC_TAG = 'outbox'
export const CHANNEL = 'wangge-field'
