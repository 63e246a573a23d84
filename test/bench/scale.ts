import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client } from 'pg';
import type { GoalType } from '#domain/workflows/goal-type';
import { SqlAnalyticsReadModel } from '#adapters/workflows/persistence/sql-analytics-read-model';
import { seedManyGoals } from '../support/seed';
import { percentile, perSecond, row } from './report';
import { drain, isDrained, seconds, startWorker, STREAM, until } from './service';
import { eventsOf, fill, populate, type Setting } from './setting';

const TENANTS = 20;
const EVENTS = 100_000;
const MATCHES = EVENTS / 10;

/** Active goals of other workflows, spread over the tenants, none of which the events of the bench can reach. */
const addGoals = async (
  setting: Setting,
  tenants: readonly string[],
  count: number,
  goalType?: GoalType,
): Promise<void> => {
  for (const tenant of tenants) await seedManyGoals(setting, tenant, Math.ceil(count / tenants.length), goalType);
  await setting.rows('ANALYZE');
};

const contacts = MATCHES / TENANTS;

/** What many goals and many enrollments cost: each line is held against the same load without them. */
export const benchScale = async (setting: Setting): Promise<void> => {
  await manyEnrollments(setting);
  const plain = await manyGoals(setting, 1000);
  for (const goals of [100_000, 1_000_000]) await manyGoals(setting, goals, plain);
  await anyPurchase(setting);
  await statistics(setting);
};

/**
 * The first events bring the goals into memory, those after them are timed: a worker runs for longer than it starts. Answers
 * events a second.
 */
const manyGoals = async (setting: Setting, goals: number, plain?: number): Promise<number> => {
  const population = await populate(setting, TENANTS, contacts);
  await addGoals(setting, population.tenants, goals);
  const what = `${goals.toLocaleString('en')} active goals`;
  const events = eventsOf(population, EVENTS, 0.1);
  const first = events.slice(0, TENANTS * 10);
  await setting.redis.del(STREAM);
  const before = heap();
  const worker = await startWorker(setting);
  const ready = await seconds(() => handled(setting, first));
  if (plain !== undefined) {
    row(`${what}: all of them in memory`, `${ready.toFixed(1)} s`);
    row(`${what}: memory`, `${((heap() - before) / goals).toFixed(0)} bytes each`);
  }
  const took = await seconds(() => handled(setting, events));
  await worker.close();
  const rate = events.length / took;
  row(`stream, ${what}`, perSecond(rate), (rate / (plain ?? rate)).toFixed(2));
  return rate;
};

/** Hands events to the worker that is running; resolves when the last is acknowledged. */
const handled = async (setting: Setting, events: readonly string[]): Promise<void> => {
  await fill(setting.redis, STREAM, events);
  await until(() => isDrained(setting));
};

/** A million contacts who wait for something else. */
const manyEnrollments = async (setting: Setting): Promise<void> => {
  const plain = await drain(setting, eventsOf(await populate(setting, TENANTS, contacts), EVENTS, 0.1), MATCHES);
  row('stream, no enrollments but those', perSecond(plain), '1.00');
  const population = await populate(setting, TENANTS, contacts);
  await setting.rows(
    `WITH made AS (
       INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
       SELECT t, gen_random_uuid(), 'waiting-' || n, now(), now() FROM unnest($1::uuid[]) AS t, generate_series(1, $2::int) AS n
       RETURNING tenant_id, id
     )
     INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at)
     SELECT m.tenant_id, gen_random_uuid(), w.id, m.id, 'active', now(), now() FROM made m JOIN workflows w ON w.tenant_id = m.tenant_id`,
    [population.tenants, 1_000_000 / TENANTS],
  );
  await setting.rows('ANALYZE');
  const rate = await drain(setting, eventsOf(population, EVENTS, 0.1), MATCHES);
  row('stream, 1,000,000 open enrollments', perSecond(rate), (rate / plain).toFixed(2));
};

/** Bytes in use once everything is collected that nobody needs. */
const heap = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

/** One tenant with 10,000 goals that every purchase could reach; its contacts are enrolled in one workflow each. */
const anyPurchase = async (setting: Setting): Promise<void> => {
  const one = await populate(setting, 1, MATCHES);
  const alone = await drain(setting, eventsOf(one, EVENTS, 0.1), MATCHES);
  const many = await populate(setting, 1, MATCHES);
  await addGoals(setting, many.tenants, 10_000, 'purchase_made');
  const purchases = eventsOf(many, EVENTS, 0.1).map((text) =>
    text.includes('another-form') ? text.replace('form.submitted', 'payment.completed') : text,
  );
  const rate = await drain(setting, purchases, MATCHES);
  row('stream, one tenant', perSecond(alone), '1.00');
  row('stream, one tenant with 10,000 any_purchase goals, 90 % purchases', perSecond(rate), (rate / alone).toFixed(2));
};

/** The figures of one workflow with a million achievements, read past every cache. */
const statistics = async (setting: Setting): Promise<void> => {
  const { tenants } = await populate(setting, 1, 1);
  const [tenant = ''] = tenants;
  const [workflow] = await setting.rows<{ id: string }>('SELECT id FROM workflows WHERE tenant_id = $1', [tenant]);
  const id = workflow?.id ?? '';
  await setting.rows(
    `INSERT INTO workflow_daily_counters
       (tenant_id, workflow_id, day, enrolled, ended, goals_achieved, time_to_goal_ms, form_submitted)
     SELECT $1, $2, current_date - d, 1370, 1370, 1370, 1370, 1370 FROM generate_series(1, 730) AS d
     ON CONFLICT (tenant_id, workflow_id, day) DO NOTHING`,
    [tenant, id],
  );
  await setting.rows(
    `INSERT INTO workflow_goal_times (tenant_id, workflow_id, tenths_of_hours, enrollments)
     SELECT $1, $2, n, 137 FROM generate_series(0, 7299) AS n`,
    [tenant, id],
  );
  await setting.rows('ANALYZE');
  const client = new Client({ connectionString: setting.appUrl });
  await client.connect();
  const query = async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
    (await client.query(sql, [...parameters])).rows as Row[];
  const read = new SqlAnalyticsReadModel({ query } as never);
  const period = { from: '2026-10-28', to: '2026-11-26' } as never;
  const taken: number[] = [];
  for (let n = 0; n < 100; n += 1) {
    await client.query(`BEGIN; SET LOCAL app.tenant_ids = '${tenant}'`);
    taken.push((await seconds(() => read.figures(tenant, id, period))) * 1000);
    await client.query('COMMIT');
  }
  await client.end();
  row('statistics of 1,000,000 achievements, uncached, p95', `${percentile(taken, 95).toFixed(1)} ms`);
};
