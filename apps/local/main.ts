import '#infrastructure/local/env-file';
import '#infrastructure/observability/tracing';
import { parseArgs } from 'node:util';
import { localFolder } from '#infrastructure/local/local-servers';
import { startLocalService } from '#infrastructure/local/local-service';
import { welcome } from '#infrastructure/local/welcome';

/** `npm start`: the whole service on PostgreSQL and Redis of its own, in `.local` or the folder named by `--folder`. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { folder: { type: 'string', default: localFolder } } });
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });
  const service = await startLocalService(process.env, values.folder);
  try {
    process.stdout.write(await welcome(service));
    await ended;
  } finally {
    await service.stop();
  }
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
