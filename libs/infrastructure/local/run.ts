import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end, at most two minutes, and returns what it printed; throws when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
): Promise<string> {
  const { stdout } = await execute(command, [...args], { timeout: 120_000, maxBuffer: 64 * 1024 * 1024, ...options });
  return stdout;
}
