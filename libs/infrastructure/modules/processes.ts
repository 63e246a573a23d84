import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '#infrastructure/config/config';
import { HourlyPurge } from '#infrastructure/database/hourly-purge';
import { CoreModule } from '#infrastructure/modules/core.module';
import { shared } from '#infrastructure/modules/shared.module';
import { workflows } from '#infrastructure/modules/workflows.module';
import { HealthController } from '#infrastructure/observability/health.controller';
import { OutboxRelay } from '#infrastructure/redis/outbox-relay';

/** What runs by itself in a worker for all contexts. */
const upkeep: Provider[] = [OutboxRelay, HourlyPurge];

@Module({})
class Api {}

@Module({})
class Worker {}

@Module({})
class Everything {}

/** The HTTP door alone. */
export const apiModule = (config: Config): DynamicModule => ({
  module: Api,
  imports: [CoreModule.with(config)],
  providers: [...workflows.providers, ...shared.providers],
  controllers: [HealthController, ...workflows.controllers, ...shared.controllers],
});

/** Consumers, relay and schedules alone. */
export const workerModule = (config: Config): DynamicModule => ({
  module: Worker,
  imports: [CoreModule.with(config)],
  providers: [...workflows.providers, ...workflows.workers, ...upkeep],
  controllers: [...workflows.consumers],
});

/** Both in one process, as `npm start` and the tests run it. */
export const everythingModule = (config: Config): DynamicModule => ({
  module: Everything,
  imports: [CoreModule.with(config)],
  providers: [...workflows.providers, ...shared.providers, ...workflows.workers, ...upkeep],
  controllers: [HealthController, ...workflows.controllers, ...shared.controllers, ...workflows.consumers],
});
