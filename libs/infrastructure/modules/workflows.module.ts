import type { Provider, Type } from '@nestjs/common';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { DeadLetters } from '#application/workflows/ports/dead-letters';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { ActivateWorkflowHandler } from '#application/workflows/commands/activate-workflow';
import { CreateWorkflowHandler } from '#application/workflows/commands/create-workflow';
import { DeleteWorkflowHandler } from '#application/workflows/commands/delete-workflow';
import { EditWorkflowHandler } from '#application/workflows/commands/edit-workflow';
import { KeepDeadLettersHandler } from '#application/workflows/commands/keep-dead-letters';
import { PauseWorkflowHandler } from '#application/workflows/commands/pause-workflow';
import { RestoreWorkflowHandler } from '#application/workflows/commands/restore-workflow';
import { GetWorkflowHandler } from '#application/workflows/queries/get-workflow';
import { ListWorkflowGoalsHandler } from '#application/workflows/queries/list-workflow-goals';
import { ListWorkflowsHandler } from '#application/workflows/queries/list-workflows';
import { SqlCatalogRepository } from '#adapters/workflows/persistence/sql-catalog-repository';
import { SqlDeadLetters } from '#adapters/workflows/persistence/sql-dead-letters';
import { SqlWorkflowReadModel } from '#adapters/workflows/persistence/sql-workflow-read-model';
import { TypeOrmWorkflowGoalRepository } from '#adapters/workflows/persistence/typeorm-workflow-goal-repository';
import { TypeOrmWorkflowRepository } from '#adapters/workflows/persistence/typeorm-workflow-repository';
import { WorkflowsController } from '#adapters/workflows/http/workflows.controller';

const commands = [
  CreateWorkflowHandler,
  EditWorkflowHandler,
  ActivateWorkflowHandler,
  PauseWorkflowHandler,
  DeleteWorkflowHandler,
  RestoreWorkflowHandler,
  KeepDeadLettersHandler,
];

const queries = [GetWorkflowHandler, ListWorkflowsHandler, ListWorkflowGoalsHandler];

const ports: Provider[] = [
  { provide: WorkflowRepository, useClass: TypeOrmWorkflowRepository },
  { provide: WorkflowGoalRepository, useClass: TypeOrmWorkflowGoalRepository },
  { provide: WorkflowReadModel, useClass: SqlWorkflowReadModel },
  { provide: CatalogRepository, useClass: SqlCatalogRepository },
  { provide: DeadLetters, useClass: SqlDeadLetters },
];

/** Everything the context can do, and the doors it can be asked through. */
export const workflows = {
  providers: [...commands, ...queries, ...ports] as Provider[],
  controllers: [WorkflowsController] as Type[],
  /** Controllers for messages. */
  consumers: [] as Type[],
  /** What runs by itself in a worker. */
  workers: [] as Provider[],
};
