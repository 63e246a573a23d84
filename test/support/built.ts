import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const PROJECT = join(__dirname, '../..');

const execute = promisify(execFile);

/** Compiles the project to `dist`, as `npm run build` does; `npm test` has done so before. */
export const build = async (): Promise<void> => {
  if (process.env.TEST_BUILT !== undefined) return;
  await execute(process.execPath, [join(PROJECT, 'node_modules/typescript-7/bin/tsc'), '-p', 'tsconfig.json'], {
    cwd: PROJECT,
  }).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout);
  });
};

/** The environment without what would lead a program to the servers of the test run, or of whoever runs it. */
export const bareEnvironment = (settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...settings,
});

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A program of `dist` in a process of its own. */
export class Program {
  out = '';
  err = '';
  readonly ended: Promise<Ended>;
  private constructor(readonly process: ChildProcess) {
    process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => {
      process.once('close', (code) => resolve({ code, out: this.out, err: this.err }));
    });
  }

  static start(
    file: string,
    args: readonly string[],
    { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
  ): Program {
    const program = join(PROJECT, 'dist', file);
    return new Program(spawn(process.execPath, [program, ...args], { cwd, env: bareEnvironment(env) }));
  }

  /** Waits until it has printed something; throws with all it said when it ends before. */
  async prints(wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = wanted.exec(this.out);
      if (found) return found;
      if (this.process.exitCode !== null || this.process.signalCode)
        throw new Error(`it ended without printing ${String(wanted)}:\n${this.out}\n${this.err}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}
