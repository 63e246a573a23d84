import type { Provider, Type } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { Door } from '#application/shared/door';
import { DetectGoalsHandler } from '#application/workflows/commands/detect-goals';
import { ActiveGoals } from '#application/workflows/ports/active-goals';
import { AnalyticsReadModel } from '#application/workflows/ports/analytics-read-model';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { DeadLetters } from '#application/workflows/ports/dead-letters';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { DetectionStore } from '#application/workflows/ports/detection-store';
import { EventReader } from '#application/workflows/ports/event-reader';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { ActivateWorkflowHandler } from '#application/workflows/commands/activate-workflow';
import { CreateWorkflowHandler } from '#application/workflows/commands/create-workflow';
import { DeleteDeadLetterHandler } from '#application/workflows/commands/delete-dead-letter';
import { DeleteWorkflowHandler } from '#application/workflows/commands/delete-workflow';
import { EditWorkflowHandler } from '#application/workflows/commands/edit-workflow';
import { KeepDeadLettersHandler } from '#application/workflows/commands/keep-dead-letters';
import { PauseWorkflowHandler } from '#application/workflows/commands/pause-workflow';
import { ReplayDeadLetterHandler } from '#application/workflows/commands/replay-dead-letter';
import { RestoreWorkflowHandler } from '#application/workflows/commands/restore-workflow';
import { GetDeadLetterHandler } from '#application/workflows/queries/get-dead-letter';
import { GetWorkflowHandler } from '#application/workflows/queries/get-workflow';
import { GetWorkflowStatisticsHandler } from '#application/workflows/queries/get-workflow-statistics';
import { ListContactAchievementsHandler } from '#application/workflows/queries/list-contact-achievements';
import { ListDeadLettersHandler } from '#application/workflows/queries/list-dead-letters';
import { ListWorkflowAchievementsHandler } from '#application/workflows/queries/list-workflow-achievements';
import { ListWorkflowGoalsHandler } from '#application/workflows/queries/list-workflow-goals';
import { ListWorkflowsHandler } from '#application/workflows/queries/list-workflows';
import { AnalyticsController } from '#adapters/workflows/http/analytics.controller';
import { DeadLettersController } from '#adapters/workflows/http/dead-letters.controller';
import { EventsController } from '#adapters/workflows/http/events.controller';
import { DeadLetterReader } from '#adapters/workflows/messaging/dead-letter-reader';
import { Clock } from '#application/shared/tools';
import { EventsConsumer } from '#adapters/workflows/messaging/events.consumer';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import { SqlDeadLetters } from '#adapters/workflows/persistence/sql-dead-letters';
import { EventStreams } from '#infrastructure/redis/streams';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { ActiveGoalsIndex } from '#adapters/workflows/persistence/active-goals-index';
import { SqlAnalyticsReadModel } from '#adapters/workflows/persistence/sql-analytics-read-model';
import { SqlDetectionStore } from '#adapters/workflows/persistence/sql-detection-store';
import { SqlCatalogRepository } from '#adapters/workflows/persistence/sql-catalog-repository';
import { SqlWorkflowReadModel } from '#adapters/workflows/persistence/sql-workflow-read-model';
import { TypeOrmWorkflowGoalRepository } from '#adapters/workflows/persistence/typeorm-workflow-goal-repository';
import { TypeOrmWorkflowRepository } from '#adapters/workflows/persistence/typeorm-workflow-repository';
import { WorkflowsController } from '#adapters/workflows/http/workflows.controller';
import { Config } from '#infrastructure/config/config';

const commands = [
  CreateWorkflowHandler,
  EditWorkflowHandler,
  ActivateWorkflowHandler,
  PauseWorkflowHandler,
  DeleteWorkflowHandler,
  RestoreWorkflowHandler,
  KeepDeadLettersHandler,
  DeleteDeadLetterHandler,
  ReplayDeadLetterHandler,
  DetectGoalsHandler,
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
];

const ports: Provider[] = [
  { provide: WorkflowRepository, useClass: TypeOrmWorkflowRepository },
  { provide: WorkflowGoalRepository, useClass: TypeOrmWorkflowGoalRepository },
  { provide: WorkflowReadModel, useClass: SqlWorkflowReadModel },
  { provide: CatalogRepository, useClass: SqlCatalogRepository },
  { provide: EventReader, useClass: DeadLetterReader },
  { provide: AnalyticsReadModel, useClass: SqlAnalyticsReadModel },
  { provide: ListenerRegistry, useValue: { refresh: () => undefined } },
  { provide: EnrollmentEndings, useValue: { endWorkflow: () => Promise.resolve(0) } },
  { provide: ActiveGoals, useClass: ActiveGoalsIndex },
  { provide: DeadLetters, useClass: SqlDeadLetters },
  {
    provide: EventIntake,
    inject: [Door, EventBatcher, Clock],
    useFactory: (door: Door, batcher: EventBatcher, clock: Clock) => new EventIntake(door, batcher, clock),
  },
  { provide: DetectionStore, useClass: SqlDetectionStore },
  {
    provide: EventBatcher,
    inject: [Door, Config, ClsService],
    useFactory: (door: Door, config: Config, cls: ClsService) =>
      new EventBatcher(door, { batchSize: config.EVENT_BATCH_SIZE, gatherMs: 5, parallel: 4 }, (work) =>
        cls.exit(work),
      ),
  },
];

/** Everything the context can do, and the doors it can be asked through. */
export const workflows = {
  providers: [...commands, ...queries, ...ports] as Provider[],
  /** Analytics first: `/goals/stats` must not be taken for a goal's id. */
  controllers: [AnalyticsController, EventsController, WorkflowsController, DeadLettersController] as Type[],
  /** Controllers for messages. */
  consumers: [EventsConsumer] as Type[],
  /** What runs by itself in a worker. */
  workers: [EventStreams] as Provider[],
};
