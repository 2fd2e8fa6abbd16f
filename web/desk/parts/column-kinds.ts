/** The kinds a column can be taken for, in the order of their use; codes of the engine (columns.h). */
export const columnKinds = [
  'unknown',
  'name',
  'idno',
  'phone',
  'sex',
  'birth',
  'age',
  'address',
  'township',
  'community',
  'came_from',
  'came_on',
  'transport',
  'temperature',
  'plate',
  'organisation',
  'note',
  'text',
  'number',
  'record_id',
  'surname',
  'given_name',
  'birth_year',
  'birth_month',
  'birth_day',
  'street_number',
  'street_name',
  'city',
  'state',
  'postcode',
  'email',
]

const many = new Set([
  'unknown',
  'phone',
  'surname',
  'given_name',
  'address',
  'street_name',
  'city',
  'note',
  'text',
  'number',
])
/** Kinds that one column at most can be. */
export const onceOnly = new Set(columnKinds.filter((kind) => !many.has(kind)))

/** One of these is needed, or nothing can be compared. */
export const identifying = new Set(['name', 'idno', 'phone', 'surname'])
