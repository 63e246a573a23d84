import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { readConfig } from '#infrastructure/config/config';
import { toolModule } from '#infrastructure/modules/processes';
import { EventReplay } from '#infrastructure/redis/event-replay';

const timeOf = (name: string, text: string): number => {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`--${name} takes a time such as 2026-01-26T10:00:00Z`);
  return time;
};

/** `npm run replay -- --from <time> [--to <time>]`: decides again what came in over the streams from one time to another. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { from: { type: 'string', default: '' }, to: { type: 'string', default: new Date().toISOString() } },
  });
  const [from, to] = [timeOf('from', values.from), timeOf('to', values.to)];
  const app = await NestFactory.createApplicationContext(toolModule(readConfig(process.env)), {
    logger: ['error', 'warn'],
  });
  try {
    const events = await app.get(EventReplay).run(from, to);
    process.stdout.write(`${String(events)} events decided again; what was decided before has not changed\n`);
  } finally {
    await app.close();
    await app.get(DataSource).destroy();
  }
};

main().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exitCode = 1;
});
