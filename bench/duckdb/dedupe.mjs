// One table with itself: pairs above a bar. The table's CSV does not count, cleaning its columns does.
// usage: node dedupe.mjs TABLE.csv OUT.csv THREADS      prints the milliseconds and processor time
import { clean, open, pairs, quoted, read, timed } from './rules.mjs';

const [table, out, threads] = process.argv.slice(2);
const db = await open(threads);
await db.run(`CREATE TABLE t AS ${read(table)}`);
await db.run('ALTER TABLE t ALTER k TYPE INTEGER');
const took = await timed(async () => {
  await db.run(`CREATE TABLE tc AS ${clean('t')}`);
  await db.run(`CREATE TABLE pairs AS ${pairs('tc', 'tc', ' AND a.k < b.k')}`);
  await db.run(`COPY (SELECT lk, rk FROM pairs WHERE score >= 10) TO ${quoted(out)} (HEADER false)`);
});
console.log(`${took.ms.toFixed(1)} ${took.cpu.toFixed(1)}`);
process.exit(0);
