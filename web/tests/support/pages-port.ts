/** Where the built pages are served to their tests; another port when two people test at once. */
export const pagesPort = Number(process.env.WANGGE_PAGES_PORT ?? 4180)
