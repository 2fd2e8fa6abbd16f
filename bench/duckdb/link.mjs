// A list against a register; each row's best person above a bar. Twice: with both tables as they are, and with the register's columns
// cleaned before the clock starts, as an index has them. The list's CSV counts, the register's does not.
// usage: node link.mjs REGISTER.csv LIST.csv OUT.csv THREADS      prints the milliseconds and processor time of both
import { clean, open, pairs, quoted, read, timed } from './rules.mjs';

const [register, list, out, threads] = process.argv.slice(2);
const db = await open(threads);
await db.run(`CREATE TABLE r AS ${read(register)}`);
await db.run(`CREATE TABLE rc AS ${clean('r')}`);

async function link(right, tables) {
  await db.run(`CREATE OR REPLACE TABLE l AS ${read(list)}`);
  await db.run(`CREATE OR REPLACE TABLE pairs AS WITH ${tables}, lc AS (${clean('l')}) ${pairs('lc', right, '')}`);
  await db.run(`COPY (SELECT lk, rk FROM (SELECT *, row_number() OVER (PARTITION BY lk ORDER BY score DESC, rk) AS place FROM pairs)
    WHERE place = 1 AND score >= 8) TO ${quoted(out)} (HEADER false)`);
}

const whole = await timed(() => link('rw', `rw AS (${clean('r')})`));
const ready = await timed(() => link('rc', 'rw AS (SELECT 1)'));
console.log([whole.ms, whole.cpu, ready.ms, ready.cpu].map((n) => n.toFixed(1)).join(' '));
process.exit(0);
