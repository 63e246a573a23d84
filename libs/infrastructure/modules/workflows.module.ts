import type { Provider, Type } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { Cache } from '#application/shared/cache';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { ActivateWorkflowHandler } from '#application/workflows/commands/activate-workflow';
import { ClaimActionsHandler } from '#application/workflows/commands/claim-actions';
import { CompleteActionHandler } from '#application/workflows/commands/complete-action';
import { CompleteElapsedWaitsHandler } from '#application/workflows/commands/complete-elapsed-waits';
import { CompleteEnrollmentHandler } from '#application/workflows/commands/complete-enrollment';
import { ConfigureWorkflowGoalHandler } from '#application/workflows/commands/configure-workflow-goal';
import { CreateWorkflowHandler } from '#application/workflows/commands/create-workflow';
import { DeleteDeadLetterHandler } from '#application/workflows/commands/delete-dead-letter';
import { DeleteWorkflowHandler } from '#application/workflows/commands/delete-workflow';
import { DetectGoalsHandler } from '#application/workflows/commands/detect-goals';
import { EditWorkflowHandler } from '#application/workflows/commands/edit-workflow';
import { EditWorkflowGoalHandler } from '#application/workflows/commands/edit-workflow-goal';
import { EnrollContactHandler } from '#application/workflows/commands/enroll-contact';
import { EnrollContactsHandler } from '#application/workflows/commands/enroll-contacts';
import { EraseContactHandler } from '#application/workflows/commands/erase-contact';
import { ExitEnrollmentHandler } from '#application/workflows/commands/exit-enrollment';
import { ExitEnrollmentsHandler } from '#application/workflows/commands/exit-enrollments';
import { FailActionHandler } from '#application/workflows/commands/fail-action';
import { KeepDeadLettersHandler } from '#application/workflows/commands/keep-dead-letters';
import { PauseWorkflowHandler } from '#application/workflows/commands/pause-workflow';
import { PutCatalogEntryHandler } from '#application/workflows/commands/put-catalog-entry';
import { PutContactHandler } from '#application/workflows/commands/put-contact';
import { RemoveCatalogEntryHandler } from '#application/workflows/commands/remove-catalog-entry';
import { RemoveWorkflowGoalHandler } from '#application/workflows/commands/remove-workflow-goal';
import { RenewListenersHandler } from '#application/workflows/commands/renew-listeners';
import { ReplayDeadLetterHandler } from '#application/workflows/commands/replay-dead-letter';
import { RestoreWorkflowHandler } from '#application/workflows/commands/restore-workflow';
import { ActiveGoals } from '#application/workflows/ports/active-goals';
import { AnalyticsReadModel } from '#application/workflows/ports/analytics-read-model';
import { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { ContactRepository } from '#application/workflows/ports/contact-repository';
import { DeadLetters } from '#application/workflows/ports/dead-letters';
import { DetectionStore } from '#application/workflows/ports/detection-store';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import { EventReader } from '#application/workflows/ports/event-reader';
import { ExplainedEnrollments } from '#application/workflows/ports/explained-enrollments';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { PendingActions } from '#application/workflows/ports/pending-actions';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { WorkflowSettings } from '#application/workflows/ports/workflow-settings';
import { ExplainWorkflowGoalHandler } from '#application/workflows/queries/explain-workflow-goal';
import { GetCatalogEntryHandler } from '#application/workflows/queries/get-catalog-entry';
import { GetContactHandler } from '#application/workflows/queries/get-contact';
import { GetDeadLetterHandler } from '#application/workflows/queries/get-dead-letter';
import { GetEnrollmentHandler } from '#application/workflows/queries/get-enrollment';
import { GetWorkflowHandler } from '#application/workflows/queries/get-workflow';
import { GetWorkflowGoalHandler } from '#application/workflows/queries/get-workflow-goal';
import { GetWorkflowStatisticsHandler } from '#application/workflows/queries/get-workflow-statistics';
import { ListCatalogEntriesHandler } from '#application/workflows/queries/list-catalog-entries';
import { ListContactAchievementsHandler } from '#application/workflows/queries/list-contact-achievements';
import { ListDeadLettersHandler } from '#application/workflows/queries/list-dead-letters';
import { ListEnrollmentsHandler } from '#application/workflows/queries/list-enrollments';
import { ListWorkflowAchievementsHandler } from '#application/workflows/queries/list-workflow-achievements';
import { ListWorkflowGoalsHandler } from '#application/workflows/queries/list-workflow-goals';
import { ListWorkflowListenersHandler } from '#application/workflows/queries/list-workflow-listeners';
import { ListWorkflowsHandler } from '#application/workflows/queries/list-workflows';
import { Database } from '#adapters/shared/persistence/database';
import { AnalyticsController } from '#adapters/workflows/http/analytics.controller';
import { CatalogController } from '#adapters/workflows/http/catalog.controller';
import { ContactsController } from '#adapters/workflows/http/contacts.controller';
import { DeadLettersController } from '#adapters/workflows/http/dead-letters.controller';
import { EnrollmentsController } from '#adapters/workflows/http/enrollments.controller';
import { EventsController } from '#adapters/workflows/http/events.controller';
import { ExplainController } from '#adapters/workflows/http/explain.controller';
import { PendingActionsController } from '#adapters/workflows/http/pending-actions.controller';
import { WorkflowEnrollmentsController } from '#adapters/workflows/http/workflow-enrollments.controller';
import { WorkflowGoalsController } from '#adapters/workflows/http/workflow-goals.controller';
import { WorkflowsController } from '#adapters/workflows/http/workflows.controller';
import { DeadLetterReader } from '#adapters/workflows/messaging/dead-letter-reader';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { readEventKeys, Signatures } from '#adapters/workflows/messaging/signatures';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import { RequestsConsumer } from '#adapters/workflows/messaging/requests.consumer';
import { EventsConsumer } from '#adapters/workflows/messaging/events.consumer';
import { PatientBatcher } from '#adapters/workflows/messaging/patient-batcher';
import { RedisListenerRegistry } from '#adapters/workflows/messaging/redis-listener-registry';
import { ActiveGoalsIndex } from '#adapters/workflows/persistence/active-goals-index';
import { CachedAnalyticsReadModel } from '#adapters/workflows/persistence/cached-analytics-read-model';
import { ContactRows } from '#adapters/workflows/persistence/contact-rows';
import { SqlAnalyticsReadModel } from '#adapters/workflows/persistence/sql-analytics-read-model';
import { SqlCatalogReadModel } from '#adapters/workflows/persistence/sql-catalog-read-model';
import { SqlCatalogRepository } from '#adapters/workflows/persistence/sql-catalog-repository';
import { SqlContactRepository } from '#adapters/workflows/persistence/sql-contact-repository';
import { SqlDeadLetters } from '#adapters/workflows/persistence/sql-dead-letters';
import { SqlDetectionStore } from '#adapters/workflows/persistence/sql-detection-store';
import { SqlEnrollmentEndings } from '#adapters/workflows/persistence/sql-enrollment-endings';
import { SqlEnrollmentReadModel } from '#adapters/workflows/persistence/sql-enrollment-read-model';
import { SqlEnrollmentStore } from '#adapters/workflows/persistence/sql-enrollment-store';
import { SqlExplainedEnrollments } from '#adapters/workflows/persistence/sql-explained-enrollments';
import { SqlPendingActions } from '#adapters/workflows/persistence/sql-pending-actions';
import { SqlWorkflowReadModel } from '#adapters/workflows/persistence/sql-workflow-read-model';
import { TypeOrmWorkflowGoalRepository } from '#adapters/workflows/persistence/typeorm-workflow-goal-repository';
import { TypeOrmWorkflowRepository } from '#adapters/workflows/persistence/typeorm-workflow-repository';
import { Config } from '#infrastructure/config/config';
import { ElapsedWaits } from '#infrastructure/database/elapsed-waits';
import { RedisConnections } from '#infrastructure/redis/connections';
import { ListenerSweep } from '#infrastructure/redis/listener-sweep';
import { EventStreams } from '#infrastructure/redis/streams';

const commands = [
  CreateWorkflowHandler,
  EditWorkflowHandler,
  ActivateWorkflowHandler,
  PauseWorkflowHandler,
  DeleteWorkflowHandler,
  RestoreWorkflowHandler,
  ConfigureWorkflowGoalHandler,
  EditWorkflowGoalHandler,
  RemoveWorkflowGoalHandler,
  RenewListenersHandler,
  PutCatalogEntryHandler,
  RemoveCatalogEntryHandler,
  KeepDeadLettersHandler,
  DeleteDeadLetterHandler,
  ReplayDeadLetterHandler,
  DetectGoalsHandler,
  EnrollContactHandler,
  EnrollContactsHandler,
  ExitEnrollmentHandler,
  ExitEnrollmentsHandler,
  CompleteEnrollmentHandler,
  CompleteElapsedWaitsHandler,
  ClaimActionsHandler,
  CompleteActionHandler,
  FailActionHandler,
  PutContactHandler,
  EraseContactHandler,
];

const queries = [
  GetWorkflowHandler,
  ListWorkflowsHandler,
  ListWorkflowGoalsHandler,
  GetWorkflowStatisticsHandler,
  ListWorkflowAchievementsHandler,
  ListContactAchievementsHandler,
  GetDeadLetterHandler,
  ListDeadLettersHandler,
  GetWorkflowGoalHandler,
  ListWorkflowListenersHandler,
  ExplainWorkflowGoalHandler,
  GetCatalogEntryHandler,
  ListCatalogEntriesHandler,
  GetContactHandler,
  GetEnrollmentHandler,
  ListEnrollmentsHandler,
];

const batcherOf = (door: Door, config: Config, cls: ClsService, parallel: number): EventBatcher =>
  new EventBatcher(door, { batchSize: config.EVENT_BATCH_SIZE, gatherMs: 5, parallel }, (work) =>
    // Not `exit`: what comes after its first `await` would be back in the request that happened to fill the batch.
    cls.runWith({}, work),
  );

const ports: Provider[] = [
  { provide: WorkflowRepository, useClass: TypeOrmWorkflowRepository },
  { provide: WorkflowGoalRepository, useClass: TypeOrmWorkflowGoalRepository },
  { provide: WorkflowReadModel, useClass: SqlWorkflowReadModel },
  { provide: CatalogRepository, useClass: SqlCatalogRepository },
  { provide: EventReader, useClass: DeadLetterReader },
  SqlAnalyticsReadModel,
  {
    provide: AnalyticsReadModel,
    inject: [SqlAnalyticsReadModel, Cache, Config],
    useFactory: (rows: SqlAnalyticsReadModel, cache: Cache, config: Config) =>
      new CachedAnalyticsReadModel(rows, cache, config.STATS_CACHE_TTL_SECONDS),
  },
  { provide: CatalogReadModel, useClass: SqlCatalogReadModel },
  { provide: ExplainedEnrollments, useClass: SqlExplainedEnrollments },
  { provide: ListenerRegistry, useExisting: RedisListenerRegistry },
  {
    provide: RedisListenerRegistry,
    inject: [Database, RedisConnections, Clock, Config],
    useFactory: (db: Database, connections: RedisConnections, clock: Clock, config: Config) =>
      // Requests wait for it: away or hung, it may cost them less than a second.
      new RedisListenerRegistry(
        db,
        connections.open('listeners', { commandTimeout: 400 }),
        clock,
        config.LISTENER_TTL_SECONDS * 1000,
      ),
  },
  {
    provide: WorkflowSettings,
    inject: [Config],
    useFactory: (config: Config): WorkflowSettings => ({ maxGoals: config.WORKFLOW_MAX_GOALS }),
  },
  ContactRows,
  { provide: ContactRepository, useClass: SqlContactRepository },
  { provide: EnrollmentEndings, useClass: SqlEnrollmentEndings },
  { provide: EnrollmentReadModel, useClass: SqlEnrollmentReadModel },
  { provide: EnrollmentStore, useClass: SqlEnrollmentStore },
  { provide: PendingActions, useClass: SqlPendingActions },
  { provide: ActiveGoals, useClass: ActiveGoalsIndex },
  { provide: DeadLetters, useClass: SqlDeadLetters },
  {
    provide: EventIntake,
    inject: [Door, EventBatcher, Clock, Signatures],
    useFactory: (door: Door, batcher: EventBatcher, clock: Clock, signatures: Signatures) =>
      new EventIntake(door, batcher, clock, signatures),
  },
  {
    provide: Signatures,
    inject: [Config],
    useFactory: (config: Config) => new Signatures(readEventKeys(config.EVENT_SIGNING_KEYS) ?? []),
  },
  { provide: DetectionStore, useClass: SqlDetectionStore },
  {
    provide: EventBatcher,
    inject: [Door, Config, ClsService],
    useFactory: (door: Door, config: Config, cls: ClsService) => batcherOf(door, config, cls, 4),
  },
  {
    provide: PatientBatcher,
    inject: [EventBatcher, Door, Config, ClsService],
    useFactory: (batcher: EventBatcher, door: Door, config: Config, cls: ClsService) =>
      new PatientBatcher(batcher, batcherOf(door, config, cls, 1), config.EVENT_PROCESSING_TIMEOUT_MS),
  },
];

/** Everything the context can do, and the doors it can be asked through. */
export const workflows = {
  providers: [...commands, ...queries, ...ports] as Provider[],
  /** Analytics first: `/goals/stats` must not be taken for a goal's id. */
  controllers: [
    AnalyticsController,
    WorkflowsController,
    WorkflowGoalsController,
    ExplainController,
    EventsController,
    CatalogController,
    WorkflowEnrollmentsController,
    EnrollmentsController,
    PendingActionsController,
    ContactsController,
    DeadLettersController,
  ] as Type[],
  /** Controllers for messages. */
  consumers: [EventsConsumer, RequestsConsumer] as Type[],
  /** What runs by itself in a worker. */
  workers: [EventStreams, ListenerSweep, ElapsedWaits] as Provider[],
};
