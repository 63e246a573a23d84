import { chown, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { parse } from 'yaml';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { migrationSource } from '#infrastructure/database/data-source';
import { MIGRATIONS } from '#infrastructure/database/migrations';
import {
  findPostgresPrograms,
  runAsFor,
  type PostgresPrograms,
  type RunAs,
} from '#infrastructure/local/postgres-programs';
import { freePort, startServer, type ServerProcess } from '#infrastructure/local/processes';
import { run } from '#infrastructure/local/run';
import { scratchFolder } from '../support/scratch-folder';

interface Compose {
  readonly services: { readonly postgres: { readonly environment: Readonly<Record<string, string>> } };
  readonly configs: { readonly roles: { readonly content: string } };
}

const PASSWORD = 'inside-compose-only';
const fileOf = (path: string): Promise<string> => readFile(join(PROJECT_FOLDER, path), 'utf8');
const compose = async (): Promise<Compose> => parse(await fileOf('docker-compose.yml')) as Compose;

/** The statements of a script for psql, which would put the passwords in their places. */
const statementsOf = (script: string): string[] =>
  script
    .replaceAll(/^\\(getenv|set) .*$/gm, '')
    .replaceAll(/:'\w+'/g, `'${PASSWORD}'`)
    .split(/;$/m)
    .filter((statement) => statement.trim() !== '');

describe.each([['docker-compose.yml', async () => (await compose()).configs.roles.content]])(
  'PostgreSQL as %s makes it',
  (_where, script) => {
    let folder: string;
    let data: string;
    let port: number;
    let programs: PostgresPrograms;
    let runAs: RunAs;
    let server: ServerProcess | undefined;

    beforeAll(async () => {
      folder = await scratchFolder('compose');
      data = join(folder, 'data');
      programs = await findPostgresPrograms();
      runAs = await runAsFor(data);
      port = await freePort(0);
    });
    afterAll(async () => {
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const urlOf = (role: string, database = 'goal_service'): string =>
      `postgresql://${role}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`;

    /** In one session, one after the other: a database is not made inside a transaction. */
    const ask = async (url: string, statements: readonly string[]): Promise<Record<string, unknown>[]> => {
      const client = new Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        let rows: Record<string, unknown>[] = [];
        for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
        return rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    };

    const start = async (): Promise<ServerProcess> => {
      const settings = [`port=${String(port)}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
      const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
      const program = { ...runAs.wrap(programs.postgres, args), log: join(folder, 'log') };
      return startServer(program, () => ask(urlOf('postgres', 'postgres'), ['SELECT 1']).then(() => undefined));
    };

    it('is accepted by initdb', async () => {
      await mkdir(data, { mode: 0o700 });
      if (runAs.owner) await chown(data, runAs.owner.uid, runAs.owner.gid);
      const given = (await compose()).services.postgres.environment.POSTGRES_INITDB_ARGS ?? '';
      const { command, args, user } = runAs.wrap(programs.initdb, ['-D', data, '-U', 'postgres', ...given.split(' ')]);
      expect(await run(command, args, { cwd: folder, ...user })).toContain('Success');
    });

    it('is migrated by its owner and read by the application', async () => {
      server = await start();
      await ask(urlOf('postgres', 'postgres'), statementsOf(await script()));
      const source = await migrationSource(urlOf('goal_owner')).initialize();
      expect(await source.runMigrations().finally(() => source.destroy())).toHaveLength(MIGRATIONS.length);
      const seen = await ask(urlOf('goal_service_app'), [`SELECT count(*)::int AS tenants, lower('ÄÉЖ') FROM tenants`]);
      expect(seen).toEqual([{ tenants: 0, lower: 'äéж' }]);
    });
  },
);
