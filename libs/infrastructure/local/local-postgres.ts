import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { endLeftOvers, processMark, startOnPort, startServer } from './processes';
import { findPostgresPrograms, type PostgresPrograms, type RunAs, runAsFor } from './postgres-programs';
import { run } from './run';

/** `durable: false` trades safety against power loss for speed; tests do. */
export interface PostgresOptions {
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** Whether statistics are looked after every second, not every minute: a new database is planned for blindly until then. */
  readonly analyzesSoon?: boolean;
}

/**
 * A running server with the database `goal_service`.
 * `ownerUrl` is for migrations, `appUrl` for the application (neither owner, superuser nor BYPASSRLS), `superUrl` for tests.
 */
export interface LocalPostgres {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly superUrl: string;
  stop(): Promise<void>;
}

interface Passwords {
  readonly superuser: string;
  readonly owner: string;
  readonly app: string;
}

/**
 * Starts PostgreSQL on the loopback address with its data below `folder`, made on the first start and kept.
 * What an earlier, killed run of the same folder left behind is ended first.
 */
export async function startPostgres(folder: string, options: PostgresOptions = {}): Promise<LocalPostgres> {
  await mkdir(folder, { recursive: true });
  const mark = processMark(folder);
  await endLeftOvers(mark);
  const programs = await findPostgresPrograms();
  const runAs = await runAsFor(join(folder, 'data'));
  const passwords = await keptPasswords(folder);
  await makeCluster(folder, programs, runAs, passwords.superuser);
  // A stale one blocks the start as soon as its number belongs to any other process of the user.
  await rm(join(folder, 'data', 'postmaster.pid'), { force: true });
  return startOnPort(folder, async (port) => {
    const settings = serverSettings(mark, port, options).flatMap((setting) => ['-c', setting]);
    const program = runAs.wrap(programs.postgres, ['-D', join(folder, 'data'), ...settings]);
    // Making the roles is the first thing the server can only do when it is ready.
    const ready = (): Promise<void> => makeRolesAndDatabase(port, passwords);
    const server = await startServer({ ...program, log: join(folder, 'postgres.log') }, ready);
    return { ...urls(port, passwords), stop: () => server.stop() };
  });
}

function urls(port: number, passwords: Passwords): Omit<LocalPostgres, 'stop'> {
  const url = (role: string, password: string): string =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/goal_service`;
  return {
    ownerUrl: url('goal_owner', passwords.owner),
    appUrl: url('goal_service_app', passwords.app),
    superUrl: url('postgres', passwords.superuser),
  };
}

async function keptPasswords(folder: string): Promise<Passwords> {
  const file = join(folder, 'passwords.json');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Passwords;
  const password = (): string => randomBytes(24).toString('hex');
  const passwords = { superuser: password(), owner: password(), app: password() };
  await writeFile(`${file}.new`, JSON.stringify(passwords), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return passwords;
}

/** Built beside its final place and renamed, so that a kill in the middle leaves nothing that looks complete. */
async function makeCluster(folder: string, programs: PostgresPrograms, runAs: RunAs, password: string): Promise<void> {
  if (await stat(join(folder, 'data')).catch(() => undefined)) return;
  const [draft, passwordFile] = [join(folder, 'data.new'), join(folder, 'password.new')];
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs.owner) for (const path of [draft, passwordFile]) await chown(path, runAs.owner.uid, runAs.owner.gid);
  const { command, args, user } = runAs.wrap(programs.initdb, [
    `--pgdata=${draft}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Upper and lower case of all languages, without asking for a locale the machine may not have.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
  ]);
  try {
    await run(command, args, { cwd: folder, ...user });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, join(folder, 'data'));
}

function serverSettings(mark: string, port: number, options: PostgresOptions): string[] {
  const { durable = true, maxConnections = 100, analyzesSoon = true } = options;
  return [
    `cluster_name=${mark}`,
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${maxConnections}`,
    'timezone=UTC',
    'log_timezone=UTC',
    'lc_messages=C',
    ...(analyzesSoon ? ['autovacuum_naptime=1s'] : []),
    // Commits stay in order of the answers, so that a killed server loses none: only a lost machine would.
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
}

/** Brings roles and database to what they must be, whichever of them exist already. */
async function makeRolesAndDatabase(port: number, passwords: Passwords): Promise<void> {
  const plain = 'NOSUPERUSER NOBYPASSRLS NOCREATEDB NOREPLICATION';
  const roles = {
    goal_app: `NOLOGIN ${plain} NOCREATEROLE`,
    goal_owner: `LOGIN ${plain} CREATEROLE PASSWORD '${passwords.owner}'`,
    goal_service_app: `LOGIN ${plain} NOCREATEROLE PASSWORD '${passwords.app}'`,
  };
  await asSuperuser(port, passwords, async (db) => {
    for (const [role, attributes] of Object.entries(roles)) {
      const known = await db.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
      await db.query(`${known.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} ${attributes}`);
    }
    await db.query('GRANT goal_app TO goal_service_app');
    // What the owner would hold had its migration made the group: it may drop or grant it, and is not in it.
    await db.query('GRANT goal_app TO goal_owner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE');
    const database = await db.query("SELECT FROM pg_database WHERE datname = 'goal_service'");
    if (database.rowCount === 0) await db.query('CREATE DATABASE goal_service OWNER goal_owner');
  });
}

async function asSuperuser(port: number, { superuser }: Passwords, work: (db: Client) => Promise<void>): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: superuser, database: 'postgres' });
  // A lost connection also rejects the query under way; unheard, the event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
