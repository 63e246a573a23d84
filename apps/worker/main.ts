import '#infrastructure/observability/tracing';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { readConfig } from '#infrastructure/config/config';
import { workerModule } from '#infrastructure/modules/processes';
import { OperationsServer } from '#infrastructure/observability/operations-server';
import { joinBus } from '#infrastructure/redis/bus';

const main = async (): Promise<void> => {
  const app = await NestFactory.create(workerModule(readConfig(process.env)), new FastifyAdapter(), {
    bufferLogs: true,
  });
  app.useLogger(app.get(Logger));
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  await app.get(OperationsServer).listen();
  await app.init();
  joinBus(app);
};

main().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exit(1);
});
