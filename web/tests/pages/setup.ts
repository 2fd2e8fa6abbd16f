import { pagesPort } from '../support/pages-port'
import { startStatic } from '../support/static-server'

export default async function setup(): Promise<() => Promise<void>> {
  const server = await startStatic(pagesPort)
  return async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
