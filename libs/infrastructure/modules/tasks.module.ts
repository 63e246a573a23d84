import type { Provider, Type } from '@nestjs/common';
import { Cache } from '#application/shared/cache';
import { DueTasks } from '#application/tasks/ports/due-tasks';
import { GoalSchedule } from '#application/tasks/ports/goal-schedule';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { GetCriticalPathHandler } from '#application/tasks/queries/get-critical-path';
import { GetTaskHandler } from '#application/tasks/queries/get-task';
import { ListGoalTasksHandler } from '#application/tasks/queries/list-goal-tasks';
import { ListTasksDueHandler } from '#application/tasks/queries/list-tasks-due';
import { ListTasksHandler } from '#application/tasks/queries/list-tasks';
import { TaskListsController } from '#adapters/tasks/http/task-lists.controller';
import { CachedTaskReadModel } from '#adapters/tasks/persistence/cached-task-read-model';
import { SqlDueTasks } from '#adapters/tasks/persistence/sql-due-tasks';
import { SqlGoalSchedule } from '#adapters/tasks/persistence/sql-goal-schedule';
import { SqlTaskReadModel } from '#adapters/tasks/persistence/sql-task-read-model';
import { Config } from '#infrastructure/config/config';

const readQueries = [
  GetTaskHandler,
  ListTasksHandler,
  ListGoalTasksHandler,
  GetCriticalPathHandler,
  ListTasksDueHandler,
];

const readPorts: Provider[] = [
  SqlTaskReadModel,
  {
    provide: TaskReadModel,
    inject: [SqlTaskReadModel, Cache, Config],
    useFactory: (rows: SqlTaskReadModel, cache: Cache, config: Config) =>
      new CachedTaskReadModel(rows, cache, { task: config.CACHE_TTL_SECONDS, list: config.LIST_CACHE_TTL_SECONDS }),
  },
  { provide: GoalSchedule, useClass: SqlGoalSchedule },
  { provide: DueTasks, useClass: SqlDueTasks },
];

/** Everything the context can do, and the doors it can be asked through. */
export const tasks = {
  providers: [...readQueries, ...readPorts] as Provider[],
  controllers: [TaskListsController] as Type[],
};
