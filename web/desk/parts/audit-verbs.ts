import { t, word } from '@/shared/i18n'

/** Verbs of the audit, in the order in which somebody looks for them. */
export const auditVerbs = [
  'person.read',
  'person.list',
  'person.reveal',
  'person.write',
  'person.looks',
  'person.changes',
  'observation.write',
  'task.list',
  'task.assign',
  'task.export',
  'household.export',
  'alarm.list',
  'alarm.act',
  'list.receive',
  'list.start',
  'list.read',
  'list.rows',
  'list.row',
  'list.mend',
  'list.export',
  'list.close',
  'list.reopen',
  'list.cancel',
  'review.look',
  'review.decide',
  'review.undo',
  'report.rows',
  'report.sign',
  'report.verify',
  'report.export',
  'register.import',
  'register.export',
  'register.refused',
  'duty.write',
  'absence.write',
  'place.write',
  'today.read',
  'field.read',
  'session.open',
  'session.close',
  'password.change',
  'account.list',
  'account.add',
  'account.change',
  'account.password',
  'audit.read',
  'audit.export',
  'check.read',
  'job.cancel',
]

const REFUSED = '.refused'

/** A verb in words; one that was refused says so. */
export function verbText(verb: string): string {
  if (!verb.endsWith(REFUSED) || auditVerbs.includes(verb)) return word('verb.', verb)
  return `${word('verb.', verb.slice(0, -REFUSED.length))} (${t('verb.refused')})`
}
