import type { Provider, Type } from '@nestjs/common';
import { Members } from '#application/identity/contract';
import { Cache } from '#application/shared/cache';
import { Door } from '#application/shared/door';
import { AddDependencyHandler } from '#application/tasks/commands/add-dependency';
import { AssignTaskHandler } from '#application/tasks/commands/assign-task';
import { CreateTaskHandler } from '#application/tasks/commands/create-task';
import { DeleteTaskHandler } from '#application/tasks/commands/delete-task';
import { EditTaskHandler } from '#application/tasks/commands/edit-task';
import { MoveTaskHandler } from '#application/tasks/commands/move-task';
import { RemoveDependencyHandler } from '#application/tasks/commands/remove-dependency';
import { RestoreTaskHandler } from '#application/tasks/commands/restore-task';
import { TransitionTaskHandler } from '#application/tasks/commands/transition-task';
import { Neighbours } from '#application/tasks/neighbours';
import { Placing } from '#application/tasks/placing';
import { DependencyStore } from '#application/tasks/ports/dependency-store';
import { DueTasks } from '#application/tasks/ports/due-tasks';
import { GoalSchedule } from '#application/tasks/ports/goal-schedule';
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import { TaskSubtrees } from '#application/tasks/ports/task-subtrees';
import { GetCriticalPathHandler } from '#application/tasks/queries/get-critical-path';
import { GetDependencyHandler } from '#application/tasks/queries/get-dependency';
import { GetTaskHandler } from '#application/tasks/queries/get-task';
import { ListDependenciesHandler } from '#application/tasks/queries/list-dependencies';
import { ListGoalTasksHandler } from '#application/tasks/queries/list-goal-tasks';
import { ListTasksHandler } from '#application/tasks/queries/list-tasks';
import { ListTasksDueHandler } from '#application/tasks/queries/list-tasks-due';
import { TaskDependenciesController } from '#adapters/tasks/http/task-dependencies.controller';
import { TaskListsController } from '#adapters/tasks/http/task-lists.controller';
import { TasksController } from '#adapters/tasks/http/tasks.controller';
import { CachedTaskReadModel } from '#adapters/tasks/persistence/cached-task-read-model';
import { SqlDependencyStore } from '#adapters/tasks/persistence/sql-dependency-store';
import { SqlDueTasks } from '#adapters/tasks/persistence/sql-due-tasks';
import { SqlGoalSchedule } from '#adapters/tasks/persistence/sql-goal-schedule';
import { SqlTaskBoard } from '#adapters/tasks/persistence/sql-task-board';
import { SqlTaskReadModel } from '#adapters/tasks/persistence/sql-task-read-model';
import { SqlTaskSubtrees } from '#adapters/tasks/persistence/sql-task-subtrees';
import { TypeOrmTaskRepository } from '#adapters/tasks/persistence/typeorm-task-repository';
import { Config } from '#infrastructure/config/config';

const commands = [
  CreateTaskHandler,
  EditTaskHandler,
  MoveTaskHandler,
  TransitionTaskHandler,
  AssignTaskHandler,
  DeleteTaskHandler,
  RestoreTaskHandler,
  AddDependencyHandler,
  RemoveDependencyHandler,
];

const queries = [
  GetTaskHandler,
  ListTasksHandler,
  ListGoalTasksHandler,
  GetCriticalPathHandler,
  ListTasksDueHandler,
  ListDependenciesHandler,
  GetDependencyHandler,
];

/** What is read and shown. */
const shown: Provider[] = [
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

/** What is written, and looked at to write it. */
const written: Provider[] = [
  { provide: TaskRepository, useClass: TypeOrmTaskRepository },
  { provide: TaskBoard, useClass: SqlTaskBoard },
  { provide: TaskSubtrees, useClass: SqlTaskSubtrees },
  { provide: DependencyStore, useClass: SqlDependencyStore },
  {
    provide: Placing,
    inject: [TaskRepository, TaskBoard, Members, Door],
    useFactory: (tasks: TaskRepository, board: TaskBoard, members: Members, door: Door) =>
      new Placing(tasks, board, members, door),
  },
  {
    provide: Neighbours,
    inject: [TaskRepository, TaskBoard, Door],
    useFactory: (tasks: TaskRepository, board: TaskBoard, door: Door) => new Neighbours(tasks, board, door),
  },
];

/** Everything the context can do, and the doors it can be asked through. */
export const tasks = {
  providers: [...commands, ...queries, ...shown, ...written] as Provider[],
  controllers: [TaskListsController, TasksController, TaskDependenciesController] as Type[],
};
