import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { migrationSource } from '#infrastructure/database/data-source';

const TEMPLATE = 'goal_template';
const TEMPLATE_LOCK = 20_261_121;

export interface TestDatabase {
  /** As the application: neither owner, superuser nor able to bypass row-level security. */
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly superUrl: string;
  drop(): Promise<void>;
}

/** A migrated database of its own, copied from a template that the first test of the run makes. */
export const freshDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount === 0) await makeTemplate(client);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER goal_owner`);
  });
  return databaseNamed(name);
};

/** An empty database without any migration. */
export const emptyDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser((client) => client.query(`CREATE DATABASE ${name} OWNER goal_owner`));
  return databaseNamed(name);
};

const databaseNamed = (name: string): TestDatabase => ({
  appUrl: urlOf('TEST_APP_URL', name),
  ownerUrl: urlOf('TEST_OWNER_URL', name),
  superUrl: urlOf('TEST_SUPER_URL', name),
  drop: () => asSuperuser((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
});

const makeTemplate = async (client: Client): Promise<void> => {
  const unfinished = `${TEMPLATE}_unfinished`;
  await client.query(`DROP DATABASE IF EXISTS ${unfinished}`);
  await client.query(`CREATE DATABASE ${unfinished} OWNER goal_owner`);
  const source = await migrationSource(urlOf('TEST_OWNER_URL', unfinished)).initialize();
  await source.runMigrations();
  await source.destroy();
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${TEMPLATE}`);
};

export const urlOf = (variable: string, database: string): string => {
  const url = new URL(given(variable));
  url.pathname = `/${database}`;
  return url.href;
};

export const given = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run the tests by npm test or npm run jest`);
  return value;
};

const asSuperuser = async (work: (client: Client) => Promise<unknown>): Promise<void> => {
  const client = new Client({ connectionString: given('TEST_SUPER_URL') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};
