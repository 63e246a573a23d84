import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { migrationSource } from '#infrastructure/database/data-source';
import { MIGRATIONS } from '#infrastructure/database/migrations';
import { CountersSideBySide1795240000026 } from '#migrations/1795240000026-counters-side-by-side';
import { HoldsOfGoals1795240000028 } from '#migrations/1795240000028-holds-of-goals';
import { ProgressOfNothing1795240000029 } from '#migrations/1795240000029-progress-of-nothing';
import { emptyDatabase, type TestDatabase } from '../support/database';
import { schemaOf } from './support/catalog';

describe('The migrations', () => {
  let database: TestDatabase;
  let source: DataSource;
  let db: Client;

  beforeAll(async () => {
    database = await emptyDatabase();
    source = await migrationSource(database.ownerUrl).initialize();
    db = new Client({ connectionString: database.superUrl });
    await db.connect();
  });
  afterAll(async () => {
    await source.destroy();
    await db.end();
    await database.drop();
  });

  const downBy = async (steps: number): Promise<void> => {
    for (let n = 0; n < steps; n += 1) await source.undoLastMigration();
  };

  it('run up, down one by one, and up again to the same schema', async () => {
    expect(await source.runMigrations()).toHaveLength(MIGRATIONS.length);
    const first = await schemaOf(db);
    expect(first.length).toBeGreaterThan(100);
    await downBy(MIGRATIONS.length);
    const left = (await schemaOf(db)).filter((line) => !/migrations|^schema /.test(line));
    expect(left).toEqual([]);
    expect(await source.runMigrations()).toHaveLength(MIGRATIONS.length);
    expect(await schemaOf(db)).toEqual(first);
  });

  it('each go back and forth between the same two schemas', async () => {
    const after: string[][] = [];
    while (after.length < MIGRATIONS.length) {
      after.push(await schemaOf(db));
      await downBy(1);
    }
    const before = [...after.slice(1), await schemaOf(db)].reverse();
    for (const migration of MIGRATIONS) {
      expect({ migration: migration.name, schema: await schemaOf(db) }).toEqual({
        migration: migration.name,
        schema: before.shift(),
      });
      await source.runMigrations();
      // All run at once: go back to this one to look at the next step.
      await downBy(MIGRATIONS.length - 1 - MIGRATIONS.indexOf(migration));
    }
  });

  it('keep what was counted when the counters of a day come to lie side by side, and part again', async () => {
    const long = `SELECT day::text, counter, value::int FROM workflow_daily_counters ORDER BY day, counter`;
    const counted = [
      { day: '2026-01-01', counter: 'enrolled', value: 7 },
      { day: '2026-01-02', counter: 'ended', value: 2 },
      { day: '2026-01-02', counter: 'pipeline_stage_reached', value: 3 },
    ];
    const [tenant, workflow] = [await tenantOf(), randomUUID()];
    await db.query(
      `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
       VALUES ($1, $2, 'workflow', 'active', 'any', '[]', 1, now(), now())`,
      [tenant, workflow],
    );
    await downBefore(CountersSideBySide1795240000026);
    for (const { day, counter, value } of counted)
      await db.query('INSERT INTO workflow_daily_counters VALUES ($1, $2, $3, $4, $5)', [
        ...[tenant, workflow, day, counter, value],
      ]);
    await source.runMigrations();
    const { rows } = await db.query(
      `SELECT day::text, enrolled::int, ended::int, pipeline_stage_reached::int, tag_added::int FROM workflow_daily_counters
       WHERE tenant_id = $1 AND workflow_id = $2 ORDER BY day`,
      [tenant, workflow],
    );
    expect(rows).toEqual([
      { day: '2026-01-01', enrolled: 7, ended: 0, pipeline_stage_reached: 0, tag_added: 0 },
      { day: '2026-01-02', enrolled: 0, ended: 2, pipeline_stage_reached: 3, tag_added: 0 },
    ]);
    await downBefore(CountersSideBySide1795240000026);
    expect((await db.query(long)).rows).toEqual(counted);
    await source.runMigrations();
  });

  it('make of how long a goal was on hold one hold as late as it can have been, and of holds a sum since the start', async () => {
    const tenant = await tenantOf();
    await downBefore(HoldsOfGoals1795240000028);
    const [changed, held, never] = [
      await goalOf(tenant, 'active', null),
      await goalOf(tenant, 'on_hold', '2026-02-01T00:00:00Z'),
      await goalOf(tenant, 'active', null),
    ];
    await db.query('UPDATE goals SET held_ms = 7200000 WHERE id = ANY ($1)', [[changed, held]]);
    await source.runMigrations();
    const until = (time: string, ms: number) => ({ from: Date.parse(time) - ms, until: Date.parse(time) });
    const column = async (name: string) =>
      (await db.query<{ value: unknown }>(`SELECT ${name} AS value FROM goals ORDER BY id`)).rows.map(
        ({ value }) => value,
      );
    expect(await column('holds')).toEqual([
      [until('2026-03-01T00:00:00.123Z', 7_200_000)],
      [until('2026-02-01T00:00:00Z', 7_200_000)],
      [],
    ]);
    await db.query(`UPDATE goals SET start_date = '2026-01-31T23:00:00Z' WHERE id = ANY ($1)`, [[held, never]]);
    await downBefore(HoldsOfGoals1795240000028);
    expect(await column('held_ms::int')).toEqual([7_200_000, 3_600_000, 0]);
    await source.runMigrations();
  });

  it('enter of a goal to which nothing contributes when that came about', async () => {
    const tenant = await tenantOf();
    const [emptied] = [await goalOf(tenant, 'active', null), await goalOf(tenant, 'active', null)];
    await downBefore(ProgressOfNothing1795240000029);
    await db.query(`UPDATE goals SET last_progress_update = '2026-02-01T00:00:00Z' WHERE id = $1`, [emptied]);
    await source.runMigrations();
    const entries = await db.query(
      'SELECT goal_id, origin, progress, effective_at, recorded_at FROM goal_progress WHERE tenant_id = $1',
      [tenant],
    );
    const at = new Date('2026-02-01T00:00:00Z');
    expect(entries.rows).toEqual([
      { goal_id: emptied, origin: 'rolled_up', progress: null, effective_at: at, recorded_at: at },
    ]);
    await downBefore(ProgressOfNothing1795240000029);
    expect((await db.query('SELECT FROM goal_progress')).rowCount).toBe(0);
  });

  const downBefore = (migration: (typeof MIGRATIONS)[number]): Promise<void> =>
    downBy(MIGRATIONS.length - MIGRATIONS.indexOf(migration));

  const tenantOf = async (): Promise<string> => {
    const id = randomUUID();
    await db.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`, [id]);
    return id;
  };

  let goals = 0;
  /** Last changed on the first of March; ids in their order. */
  const goalOf = async (tenant: string, status: string, heldSince: string | null): Promise<string> => {
    const id = `00000000-0000-7000-8000-${String((goals += 1)).padStart(12, '0')}`;
    await db.query(
      `INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
         weight, assessment_status, version, created_at, updated_at, held_since)
       VALUES ($1, $2::uuid, $2::uuid || '/', 'a goal', 'tactical', $3, 'low', 'low', 'manual', 'count', 1, 'pending', 1, now(),
         '2026-03-01T00:00:00.123Z', $4)`,
      [tenant, id, status, heldSince],
    );
    return id;
  };
});
