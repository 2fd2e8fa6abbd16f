import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, type App } from 'vue'
import { ApiError } from '@/shared/api/client'
import FormDialog from './FormDialog.vue'

let app: App | null = null
afterEach(() => {
  app?.unmount()
  document.body.innerHTML = ''
})

/** Shows the dialog; its one field says which field the server refused. */
function show(save: () => Promise<unknown>, more: Record<string, unknown> = {}): void {
  app = createApp({
    render: () =>
      h(
        FormDialog,
        { title: '改', save, ...more },
        { default: ({ where }: { where: string }) => h('input', { 'data-where': where }) },
      ),
  })
  app.mount(document.body.appendChild(document.createElement('div')))
}
async function submit(): Promise<void> {
  await nextTick()
  document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
  await new Promise((resolve) => setTimeout(resolve))
  await nextTick()
}
const problem = (where: string): ApiError =>
  new ApiError({
    type: 'about:blank',
    title: '',
    status: 422,
    detail: '证件号不对',
    code: 'register.idno',
    instance: '',
    where,
  })

describe('a dialog with a form', () => {
  it('says what was refused and where, stays open, and forgets it at the next try', async () => {
    const save = vi.fn().mockRejectedValueOnce(problem('idno')).mockResolvedValueOnce(undefined)
    show(save)
    await submit()
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('证件号不对')
    expect(document.querySelector('input')?.dataset.where).toBe('idno')
    await submit()
    expect(save).toHaveBeenCalledTimes(2)
    expect(document.querySelector('[role="alert"]')).toBeNull()
  })

  it('is sent once while it is under way', async () => {
    let done = (): void => undefined
    const save = vi.fn(() => new Promise<void>((resolve) => (done = resolve)))
    show(save)
    await submit()
    await submit()
    expect(save).toHaveBeenCalledTimes(1)
    done()
  })

  it('shows what went wrong before it opened', async () => {
    show(() => Promise.resolve(), { problem: '没有找到' })
    await nextTick()
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('没有找到')
  })
})
