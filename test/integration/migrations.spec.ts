import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { migrationSource } from '#infrastructure/database/data-source';
import { MIGRATIONS } from '#infrastructure/database/migrations';
import { CountersSideBySide1795240000026 } from '#migrations/1795240000026-counters-side-by-side';
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
    const [tenant, workflow] = [randomUUID(), randomUUID()];
    await db.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`, [
      tenant,
    ]);
    await db.query(
      `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
       VALUES ($1, $2, 'workflow', 'active', 'any', '[]', 1, now(), now())`,
      [tenant, workflow],
    );
    await downBy(MIGRATIONS.length - MIGRATIONS.indexOf(CountersSideBySide1795240000026));
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
    await downBy(MIGRATIONS.length - MIGRATIONS.indexOf(CountersSideBySide1795240000026));
    expect((await db.query(long)).rows).toEqual(counted);
  });
});
