import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { KeySetController } from '#infrastructure/auth/key-set.controller';
import type { Config } from '#infrastructure/config/config';
import { Retention } from '#infrastructure/database/retention';
import { CoreModule } from '#infrastructure/modules/core.module';
import { goals } from '#infrastructure/modules/goals.module';
import { identity } from '#infrastructure/modules/identity.module';
import { notifications } from '#infrastructure/modules/notifications.module';
import { shared } from '#infrastructure/modules/shared.module';
import { tasks } from '#infrastructure/modules/tasks.module';
import { workflows } from '#infrastructure/modules/workflows.module';
import { HealthController } from '#infrastructure/observability/health.controller';
import { EventReplay } from '#infrastructure/redis/event-replay';
import { OutboxRelay } from '#infrastructure/redis/outbox-relay';

/** What runs by itself in a worker, for one context or for all. */
const workers: Provider[] = [...workflows.workers, ...notifications.workers, ...shared.workers, OutboxRelay, Retention];

@Module({})
class Api {}

@Module({})
class Worker {}

@Module({})
class Tool {}

@Module({})
class Everything {}

/** Every context, each with its table of contents. */
const contexts = [identity, goals, tasks, workflows, notifications, shared];
const providers = contexts.flatMap((context) => context.providers);
const controllers = [HealthController, KeySetController, ...contexts.flatMap((context) => context.controllers)];

/** The HTTP door alone. */
export const apiModule = (config: Config): DynamicModule => ({
  module: Api,
  imports: [CoreModule.with(config)],
  providers,
  controllers,
});

/** Consumers, relay and schedules alone. */
export const workerModule = (config: Config): DynamicModule => ({
  module: Worker,
  imports: [CoreModule.with(config)],
  providers: [...providers, ...workers],
  controllers: [...workflows.consumers],
});

/** What tools of the operator need: everything that can be done, and nothing that runs or listens by itself. */
export const toolModule = (config: Config): DynamicModule => ({
  module: Tool,
  imports: [CoreModule.with(config)],
  providers: [...providers, EventReplay],
});

/** Both in one process, as `npm start` and the tests run it. */
export const everythingModule = (config: Config): DynamicModule => ({
  module: Everything,
  imports: [CoreModule.with(config)],
  providers: [...providers, ...workers],
  controllers: [...controllers, ...workflows.consumers],
});
