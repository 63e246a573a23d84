import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { migrationSource } from '#infrastructure/database/data-source';
import { MIGRATIONS } from '#infrastructure/database/migrations';
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
      await source.runMigrations({ transaction: 'all' });
      // All run at once: go back to this one to look at the next step.
      await downBy(MIGRATIONS.length - 1 - MIGRATIONS.indexOf(migration));
    }
  });
});
