/** Fulfils /api/v1 in the browser from the made-up answers: for the look and the manners of pages, never shipped. */
import type { Page, Route } from '@playwright/test'
import * as answers from './answers'
import { communities, district, person, streets, whole } from './people-made-up'

export interface MockOptions {
  signedIn?: boolean
  /** Paths (after /api/v1/) that answer with this instead; a number is a refusal with that status. */
  instead?: Record<string, unknown>
  lang?: 'zh' | 'en'
  rights?: string[]
}

const problem = (status: number, code: string, detail: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: detail, detail, status, code, instance: 'req-1' }),
})
const rows = (items: unknown[], next: string | null = null) => ({ items, next })

export async function mock(page: Page, options: MockOptions = {}): Promise<void> {
  let signedIn = options.signedIn ?? true
  let reviewed = 0
  await page
    .context()
    .addCookies([{ name: 'lang', value: options.lang ?? 'zh', domain: '127.0.0.1', path: '/' }])
  await page.clock.setFixedTime(new Date(answers.NOW))
  await page.route('**/api/v1/**', async (route: Route) => {
    const request = route.request()
    const url = new URL(request.url())
    const path = url.pathname.slice('/api/v1/'.length)
    const method = request.method()
    const query = url.searchParams
    const json = (body: unknown) => route.fulfill({ json: body })
    const instead = options.instead?.[path]
    if (typeof instead === 'number')
      return route.fulfill(problem(instead, 'busy', '服务器正忙，请稍后重试。'))
    if (instead !== undefined) return json(instead)
    if (path === 'about') return json(answers.about)
    if (path === 'session') {
      if (method === 'POST') signedIn = true
      if (method === 'DELETE') signedIn = false
      if (method === 'DELETE') return json({ ok: true })
      if (!signedIn) return route.fulfill(problem(401, 'guard.sign_in', '请先登录。'))
      return json({ ...answers.session, ...(options.rights ? { rights: options.rights } : {}) })
    }
    if (path === 'today') return json(answers.today(query.get('place') ?? ''))
    if (path === 'alarms') {
      return json(rows(answers.alarms.filter((one) => (query.get('state') ?? '').includes(one.state))))
    }
    if (path === 'place') {
      const wanted = query.get('path') ?? ''
      return json(
        whole([district, ...streets, ...communities].find((one) => one.path === wanted) ?? communities[0]!),
      )
    }
    if (path === 'places') {
      return json(rows(answers.children(query.get('parent') === district.id ? '' : 'x')))
    }
    if (path === 'places/search') return json(rows(answers.children('')))
    if (path === 'tasks')
      return json(rows(answers.tasks(Number(query.get('limit') ?? 30), query.get('state') ?? ''), 'next'))
    if (path === 'tasks/late') return json(rows(answers.lateBy(query.get('by') ?? '')))
    if (path === 'tasks/assign') return json({ assigned: 3, refused: [] })
    if (path === 'households') return json(rows(Array.from({ length: 25 }, (_, n) => answers.household(n))))
    if (path === 'workers') return json(rows([answers.worker(), answers.worker(), answers.worker()]))
    if (path === 'lists' && method === 'GET') return json(rows(answers.listRows))
    if (path === 'lists' && method === 'POST') return json(answers.list(answers.listRows[3]!))
    if (path === 'lists/sources') return json({ items: ['火车站', '公安推送', '高速出口'] })
    const list = /^lists\/([^/]+)(?:\/(.*))?$/.exec(path)
    if (list) {
      const row = answers.listRows.find((one) => one.id === list[1]) ?? answers.listRows[0]!
      if (!list[2]) return json(answers.list(row))
      if (list[2] === 'rows') return json(rows(answers.rowsOf(30, query.get('outcome') ?? ''), 'next'))
      if (list[2] === 'start') return json(answers.job('queued', 0))
      if (/^rows\/\d+$/.test(list[2])) return json(answers.fullRow)
    }
    if (/^jobs\/[^/]+\/events$/.test(path)) {
      return route.fulfill({
        contentType: 'text/event-stream',
        body: `event: progress\ndata: ${JSON.stringify(answers.job('running', 0.42))}\n\n`,
      })
    }
    if (/^jobs\/[^/]+$/.test(path)) return json(answers.job('running', 0.42))
    if (path === 'review/next') {
      reviewed += 1
      return json({ item: answers.reviewItem(40 + reviewed, 1986 - reviewed), left: 1986, by_others: 12 })
    }
    if (path === 'review/decide') return json({ decision: answers.job('done', 1).id, left: 1985 })
    if (path === 'review/release') return json({ ok: true })
    if (/^review\/[^/]+\/undo$/.test(path)) return json({ decision: answers.job('done', 1).id, left: 1986 })
    if (path === 'people')
      return json(
        rows(
          Array.from({ length: 30 }, () => person()),
          'next',
        ),
      )
    if (/^people\/[^/]+\/looks$/.test(path)) return json(rows([]))
    if (/^people\/[^/]+\/reveal$/.test(path)) return json({ value: '219999198605120023' })
    if (/^people\/[^/]+$/.test(path)) return json(answers.wholePerson(path.split('/')[1]!))
    if (path === 'reports') return json(answers.report(query.get('place') ?? ''))
    if (path === 'reports/rows') {
      return json(
        rows(
          Array.from({ length: 12 }, () => {
            const who = person()
            return { person: who, place: who.place, what: 'seen', at: answers.NOW, who: '张明' }
          }),
        ),
      )
    }
    if (path === 'duties') return json(rows(Array.from({ length: 14 }, (_, n) => answers.duty(n))))
    if (path === 'duties/gaps') return json(rows(answers.gaps))
    if (path === 'absences') return json(rows([answers.absence(0), answers.absence(1)]))
    if (path === 'accounts') return json(rows(Array.from({ length: 12 }, (_, n) => answers.account(n))))
    if (path === 'audit')
      return json(
        rows(
          Array.from({ length: 20 }, (_, n) => answers.auditRow(n)),
          'next',
        ),
      )
    if (path === 'check') return json(answers.checks)
    return route.fulfill(problem(404, 'no_route', `没有这个地址：${path}`))
  })
}
