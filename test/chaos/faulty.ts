import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { CrashPoints, type CrashPoint } from '#infrastructure/context/crash-points';
import { CoreModule } from '#infrastructure/modules/core.module';
import { REACHED } from './fleet';

const { FAULT_PROGRAM = '', FAULT_POINT, FAULT_SIGNAL = 'SIGKILL' } = process.env;

/** Obeys `FAULT_POINT`: the first time that it is reached the process gets `FAULT_SIGNAL`, and nothing after it is done. */
class ObeyingCrashPoints extends CrashPoints {
  private isOver = false;

  override readonly reach = (point: CrashPoint): void => {
    if (this.isOver || point !== FAULT_POINT) return;
    this.isOver = true;
    writeSync(1, REACHED);
    process.kill(process.pid, FAULT_SIGNAL);
  };
}

/** The program as it is, but for what is bound to the port. */
const main = async (): Promise<void> => {
  const core = CoreModule.with.bind(CoreModule);
  CoreModule.with = (config) => {
    const { providers = [], ...module } = core(config);
    return { ...module, providers: [...providers, { provide: CrashPoints, useClass: ObeyingCrashPoints }] };
  };
  await import(join(__dirname, '../..', FAULT_PROGRAM));
};

void main();
