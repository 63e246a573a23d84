import { execFile } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { runAsFor } from '#infrastructure/local/postgres-programs';
import { freePort, startServer } from '#infrastructure/local/processes';

const execute = promisify(execFile);
const PASSWORD = 'drill';

/** PostgreSQL as the machine has it, where it has one: with `pg_dump` and `pg_restore`, which serve no server newer than they are. */
export interface PostgresOfTheMachine {
  urlOf(role: string): string;
  /** As the superuser, on the server's own database or on the service's. */
  query(sql: string, database?: string): Promise<void>;
  /** Answers what it printed to its standard error, and throws when it fails. */
  run(program: 'pg_dump' | 'pg_restore', role: string, args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** The folder of the server's programs; `undefined` where there is none. */
export const programsOfTheMachine = async (): Promise<string | undefined> =>
  execute('pg_config', ['--bindir']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );

export const startPostgresOfTheMachine = async (bin: string, folder: string): Promise<PostgresOfTheMachine> => {
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700, recursive: true });
  const runAs = await runAsFor(join(folder, 'none'));
  if (runAs.owner) await chown(data, runAs.owner.uid, runAs.owner.gid);
  const make = runAs.wrap(join(bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ]);
  await execute(make.command, make.args, { cwd: folder, ...make.user });
  const port = await freePort(0);
  const settings = [`port=${String(port)}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const program = runAs.wrap(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]);
  const urlOf = (role: string, database = 'goal_service'): string =>
    `postgresql://${role}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`;
  const query = async (sql: string, database = 'postgres'): Promise<void> => {
    const client = new Client({ connectionString: urlOf('postgres', database) });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const server = await startServer({ ...program, log: join(folder, 'postgres.log') }, () => query('SELECT 1'));
  return {
    urlOf,
    query,
    run: async (name, role, args) =>
      (await execute(join(bin, name), [...args, '--dbname', urlOf(role)], { maxBuffer: 2 ** 26 })).stderr,
    stop: () => server.stop(),
  };
};
