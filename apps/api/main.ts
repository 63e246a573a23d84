import '#infrastructure/observability/tracing';
import { readConfig } from '#infrastructure/config/config';
import { createServer, listen } from '#infrastructure/http/server';
import { apiModule } from '#infrastructure/modules/processes';
import { OperationsServer } from '#infrastructure/observability/operations-server';

const main = async (): Promise<void> => {
  const config = readConfig(process.env);
  const app = await createServer(apiModule(config), config);
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  await app.get(OperationsServer).listen();
  await listen(app, config.PORT);
};

main().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exit(1);
});
