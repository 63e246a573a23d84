import { Global, Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { PassportModule } from '@nestjs/passport';
import { ClsService, ClsServiceManager } from 'nestjs-cls';
import { LoggerModule } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Cache } from '#application/shared/cache';
import { Door } from '#application/shared/door';
import { Clock, Ids, RequestContext } from '#application/shared/tools';
import { AnswerInterceptor } from '#adapters/shared/http/answer.interceptor';
import { ProblemFilter } from '#adapters/shared/http/problem.filter';
import { Routes } from '#adapters/shared/http/routes';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';
import { Journal } from '#adapters/shared/persistence/journal';
import { goalLinkSchema } from '#adapters/goals/persistence/typeorm-goal-link-repository';
import { goalSchema } from '#adapters/goals/persistence/typeorm-goal-repository';
import { memberSchema } from '#adapters/identity/persistence/typeorm-member-repository';
import { taskSchema } from '#adapters/tasks/persistence/typeorm-task-repository';
import { workflowGoalSchema } from '#adapters/workflows/persistence/typeorm-workflow-goal-repository';
import { workflowSchema } from '#adapters/workflows/persistence/typeorm-workflow-repository';
import { AccessGuard } from '#infrastructure/auth/access.guard';
import { JwtStrategy } from '#infrastructure/auth/jwt.strategy';
import { ExternalKeys } from '#infrastructure/auth/external-keys';
import { SigningKey } from '#infrastructure/auth/signing-key';
import { Verification } from '#infrastructure/auth/verification';
import { Tokens } from '#infrastructure/auth/tokens';
import { KnownTokens } from '#infrastructure/auth/known-tokens';
import { Config } from '#infrastructure/config/config';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { ScopedContext, SystemClock, TimeOrderedIds } from '#infrastructure/context/scope';
import { connected, dataSource } from '#infrastructure/database/data-source';
import { IdempotentAnswers } from '#infrastructure/database/idempotent-answers';
import { ScopedDatabase } from '#infrastructure/database/scoped-database';
import { TransactionalDoor } from '#infrastructure/database/transactional-door';
import { Turns } from '#infrastructure/limits/turns';
import { IdempotencyGuard } from '#infrastructure/http/idempotency.guard';
import { QueryGuard } from '#infrastructure/http/query.guard';
import { Limits } from '#infrastructure/limits/limits';
import { RateGuard } from '#infrastructure/limits/rate.guard';
import { Gauges } from '#infrastructure/observability/gauges';
import { Health, HealthParts } from '#infrastructure/observability/health';
import { LastSpans } from '#infrastructure/observability/last-spans';
import { logging } from '#infrastructure/observability/logging';
import { OperationsServer } from '#infrastructure/observability/operations-server';
import { CacheGenerations } from '#infrastructure/redis/cache-generations';
import { CacheServer } from '#infrastructure/redis/cache-server';
import { ChangeMarks } from '#infrastructure/redis/change-marks';
import { RedisCache } from '#infrastructure/redis/redis-cache';
import { RedisConnections } from '#infrastructure/redis/connections';

const database: Provider = {
  provide: DataSource,
  inject: [Config],
  useFactory: (config: Config) => {
    const log = new Logger('Database');
    const source = dataSource({
      url: config.DATABASE_URL,
      poolSize: config.DB_POOL_SIZE,
      statementTimeoutMs: config.EVENT_PROCESSING_TIMEOUT_MS,
      entities: [workflowSchema, workflowGoalSchema, goalSchema, goalLinkSchema, taskSchema, memberSchema],
    });
    return connected(source, (message) => {
      log.warn(message);
    });
  },
};

const turns: Provider = {
  provide: Turns,
  inject: [Config],
  useFactory: (config: Config) => new Turns(config.DB_POOL_SIZE, config.EVENT_PROCESSING_TIMEOUT_MS),
};

const tools: Provider[] = [
  database,
  turns,
  { provide: Database, useClass: ScopedDatabase },
  { provide: Door, useClass: TransactionalDoor },
  // Its module would put a guard and an interceptor of no use before every request.
  { provide: ClsService, useFactory: () => ClsServiceManager.getClsService() },
  { provide: Clock, useClass: SystemClock },
  { provide: Ids, useClass: TimeOrderedIds },
  { provide: RequestContext, useClass: ScopedContext },
  { provide: Cache, useClass: RedisCache },
  CacheGenerations,
  CacheServer,
  ChangeMarks,
  CrashPoints,
  GuardedStore,
  Journal,
  RedisConnections,
  HealthParts,
  Health,
  Gauges,
  OperationsServer,
  Routes,
  SigningKey,
  Tokens,
];

/** What every context stands on: database, door, clock, log, health, and the rules of every HTTP answer. */
@Global()
@Module({})
export class CoreModule {
  static with(config: Config): DynamicModule {
    const settings: Provider = { provide: Config, useValue: config };
    return {
      module: CoreModule,
      imports: [CqrsModule.forRoot(), LoggerModule.forRoot(logging(config)), PassportModule],
      providers: [
        settings,
        ...tools,
        IdempotentAnswers,
        LastSpans,
        ExternalKeys,
        Verification,
        JwtStrategy,
        KnownTokens,
        Limits,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: RateGuard },
        { provide: APP_GUARD, useClass: QueryGuard },
        { provide: APP_GUARD, useClass: IdempotencyGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
      ],
      exports: [Config, ...tools.map((tool) => ('provide' in tool ? tool.provide : tool))],
    };
  }
}
