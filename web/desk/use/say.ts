/** Short messages after an action, with an undo where one is lawful, and a question before what cannot be taken back. */
import { h } from 'vue'
import { ElButton, ElMessage, ElMessageBox } from 'element-plus'
import { errorText } from '@/shared/api/client'
import { t } from '@/shared/i18n'

export function sayDone(text: string): void {
  ElMessage({ message: text, type: 'success', duration: 4000, showClose: true })
}

const UNDO_FOR = 10_000

/** The same with a way back for ten seconds. `undo` says itself what became of it, and may throw. */
export function sayUndoable(text: string, undo: () => Promise<void>): void {
  const message = ElMessage({
    message: h('span', { class: 'undoable' }, [
      text,
      h(
        ElButton,
        {
          link: true,
          type: 'primary',
          onClick: () => {
            message.close()
            undo().catch((error: unknown) => sayFailed(error))
          },
        },
        () => t('action.undo'),
      ),
    ]),
    type: 'success',
    duration: UNDO_FOR,
    showClose: true,
  })
}

/** What failed, and what was kept. */
export function sayFailed(error: unknown, kept = ''): void {
  const text = kept ? `${errorText(error)} ${kept}` : errorText(error)
  ElMessage({ message: text, type: 'error', duration: 10_000, showClose: true })
}

export async function askFirst(question: string, action: string): Promise<boolean> {
  try {
    await ElMessageBox.confirm(question, {
      confirmButtonText: action,
      cancelButtonText: t('action.back'),
      autofocus: true,
    })
    return true
  } catch {
    return false
  }
}
