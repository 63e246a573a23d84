import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '#infrastructure/config/config';
import { CoreModule } from '#infrastructure/modules/core.module';
import { workflows } from '#infrastructure/modules/workflows.module';
import { HealthController } from '#infrastructure/observability/health.controller';

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
  providers: [...workflows.providers],
  controllers: [HealthController, ...workflows.controllers],
});

/** Consumers, relay and schedules alone. */
export const workerModule = (config: Config): DynamicModule => ({
  module: Worker,
  imports: [CoreModule.with(config)],
  providers: [...workflows.providers, ...workflows.workers],
  controllers: [...workflows.consumers],
});

/** Both in one process, as `npm start` and the tests run it. */
export const everythingModule = (config: Config): DynamicModule => ({
  module: Everything,
  imports: [CoreModule.with(config)],
  providers: [...workflows.providers, ...workflows.workers],
  controllers: [HealthController, ...workflows.controllers, ...workflows.consumers],
});
