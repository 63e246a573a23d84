import type { Provider, Type } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { Door } from '#application/shared/door';
import { DetectGoalsHandler } from '#application/workflows/commands/detect-goals';
import { ActiveGoals } from '#application/workflows/ports/active-goals';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { ListenerRegistry } from '#application/workflows/ports/listener-registry';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { DetectionStore } from '#application/workflows/ports/detection-store';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { ActivateWorkflowHandler } from '#application/workflows/commands/activate-workflow';
import { CreateWorkflowHandler } from '#application/workflows/commands/create-workflow';
import { DeleteWorkflowHandler } from '#application/workflows/commands/delete-workflow';
import { EditWorkflowHandler } from '#application/workflows/commands/edit-workflow';
import { PauseWorkflowHandler } from '#application/workflows/commands/pause-workflow';
import { RestoreWorkflowHandler } from '#application/workflows/commands/restore-workflow';
import { GetWorkflowHandler } from '#application/workflows/queries/get-workflow';
import { ListWorkflowGoalsHandler } from '#application/workflows/queries/list-workflow-goals';
import { ListWorkflowsHandler } from '#application/workflows/queries/list-workflows';
import { EventsController } from '#adapters/workflows/http/events.controller';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { ActiveGoalsIndex } from '#adapters/workflows/persistence/active-goals-index';
import { SqlDetectionStore } from '#adapters/workflows/persistence/sql-detection-store';
import { SqlCatalogRepository } from '#adapters/workflows/persistence/sql-catalog-repository';
import { SqlWorkflowReadModel } from '#adapters/workflows/persistence/sql-workflow-read-model';
import { TypeOrmWorkflowGoalRepository } from '#adapters/workflows/persistence/typeorm-workflow-goal-repository';
import { TypeOrmWorkflowRepository } from '#adapters/workflows/persistence/typeorm-workflow-repository';
import { WorkflowsController } from '#adapters/workflows/http/workflows.controller';
import { ClaimActionsHandler } from '#application/workflows/commands/claim-actions';
import { CompleteActionHandler } from '#application/workflows/commands/complete-action';
import { CompleteElapsedWaitsHandler } from '#application/workflows/commands/complete-elapsed-waits';
import { CompleteEnrollmentHandler } from '#application/workflows/commands/complete-enrollment';
import { EnrollContactHandler } from '#application/workflows/commands/enroll-contact';
import { EnrollContactsHandler } from '#application/workflows/commands/enroll-contacts';
import { EraseContactHandler } from '#application/workflows/commands/erase-contact';
import { ExitEnrollmentHandler } from '#application/workflows/commands/exit-enrollment';
import { ExitEnrollmentsHandler } from '#application/workflows/commands/exit-enrollments';
import { FailActionHandler } from '#application/workflows/commands/fail-action';
import { PutContactHandler } from '#application/workflows/commands/put-contact';
import { GetContactHandler } from '#application/workflows/queries/get-contact';
import { GetEnrollmentHandler } from '#application/workflows/queries/get-enrollment';
import { ListEnrollmentsHandler } from '#application/workflows/queries/list-enrollments';
import { ContactRepository } from '#application/workflows/ports/contact-repository';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import { PendingActions } from '#application/workflows/ports/pending-actions';
import { ContactsController } from '#adapters/workflows/http/contacts.controller';
import { EnrollmentsController } from '#adapters/workflows/http/enrollments.controller';
import { PendingActionsController } from '#adapters/workflows/http/pending-actions.controller';
import { WorkflowEnrollmentsController } from '#adapters/workflows/http/workflow-enrollments.controller';
import { ContactRows } from '#adapters/workflows/persistence/contact-rows';
import { SqlContactRepository } from '#adapters/workflows/persistence/sql-contact-repository';
import { SqlEnrollmentEndings } from '#adapters/workflows/persistence/sql-enrollment-endings';
import { SqlEnrollmentReadModel } from '#adapters/workflows/persistence/sql-enrollment-read-model';
import { SqlEnrollmentStore } from '#adapters/workflows/persistence/sql-enrollment-store';
import { SqlPendingActions } from '#adapters/workflows/persistence/sql-pending-actions';
import { ElapsedWaits } from '#infrastructure/database/elapsed-waits';
import { Config } from '#infrastructure/config/config';

const commands = [
  CreateWorkflowHandler,
  EditWorkflowHandler,
  ActivateWorkflowHandler,
  PauseWorkflowHandler,
  DeleteWorkflowHandler,
  RestoreWorkflowHandler,
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
  GetContactHandler,
  GetEnrollmentHandler,
  ListEnrollmentsHandler,
];

const ports: Provider[] = [
  { provide: WorkflowRepository, useClass: TypeOrmWorkflowRepository },
  { provide: WorkflowGoalRepository, useClass: TypeOrmWorkflowGoalRepository },
  { provide: WorkflowReadModel, useClass: SqlWorkflowReadModel },
  { provide: CatalogRepository, useClass: SqlCatalogRepository },
  { provide: ListenerRegistry, useValue: { refresh: () => undefined } },
  ContactRows,
  { provide: ContactRepository, useClass: SqlContactRepository },
  { provide: EnrollmentEndings, useClass: SqlEnrollmentEndings },
  { provide: EnrollmentReadModel, useClass: SqlEnrollmentReadModel },
  { provide: EnrollmentStore, useClass: SqlEnrollmentStore },
  { provide: PendingActions, useClass: SqlPendingActions },
  { provide: ActiveGoals, useClass: ActiveGoalsIndex },
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
  controllers: [
    ContactsController,
    EnrollmentsController,
    EventsController,
    PendingActionsController,
    WorkflowEnrollmentsController,
    WorkflowsController,
  ] as Type[],
  /** Controllers for messages. */
  consumers: [] as Type[],
  /** What runs by itself in a worker. */
  workers: [ElapsedWaits] as Provider[],
};
