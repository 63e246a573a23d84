import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareEnvironment } from '../support/built';

const LOADING_MS = 4000;
/** On a machine that is busy with much else. */
const LONGEST_LOADING_MS = 20_000;

/** Said on standard output by a process that has come to its fault point. */
export const REACHED = 'fault point reached';

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the service that is started again as often as it is killed. */
export class Member {
  private child: ChildProcess | undefined;
  private startedAt = 0;
  private ended: Promise<End> = Promise.resolve({ code: null, signal: null });
  /** What it said of itself: errors only. */
  said = '';

  constructor(
    private readonly dist: string,
    readonly program: string,
    private readonly env: Readonly<Record<string, string>>,
    /** As the operating system counts it: one that is started all the time gives way to those that it is to work with. */
    private readonly niceness = 0,
  ) {}

  /** Does nothing while it runs: two who have killed it at once both start it again, and a second one would never be ended. */
  start(): void {
    if (this.isRunning) return;
    this.startedAt = Date.now();
    const child = spawn(process.execPath, [join(this.dist, this.program)], {
      cwd: this.dist,
      env: bareEnvironment(this.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) setPriority(child.pid, this.niceness);
    const hear = (text: Buffer): void => {
      this.said = (this.said + text.toString()).slice(-20_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    this.child = child;
    // Nothing outlives the run, however it ends.
    process.once('exit', this.atExit);
    child.once('close', () => process.off('exit', this.atExit));
    this.ended = new Promise((resolve) => {
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
        resolve({ code, signal });
      });
    });
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  private readonly atExit = (): void => void this.child?.kill('SIGKILL');

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /**
   * Asks it to end; answers its exit code, `null` when it had to be killed after 25 seconds. One that is still being loaded hears no
   * signal yet, and ends of it like any other program: it has done nothing that could go wrong.
   */
  async end(): Promise<number | null> {
    const { startedAt } = this;
    await sleep(Math.max(0, startedAt + LOADING_MS - Date.now()));
    this.signal('SIGTERM');
    const late = setTimeout(() => {
      this.signal('SIGKILL');
    }, 25_000);
    const { code, signal } = await this.ended;
    clearTimeout(late);
    return signal === 'SIGTERM' && Date.now() - startedAt < LONGEST_LOADING_MS ? 0 : code;
  }
}
