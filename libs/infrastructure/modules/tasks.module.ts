import type { Provider, Type } from '@nestjs/common';
import { Members } from '#application/identity/contract';
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
import { TaskBoard } from '#application/tasks/ports/task-board';
import { TaskReadModel } from '#application/tasks/ports/task-read-model';
import { TaskRepository } from '#application/tasks/ports/task-repository';
import { TaskSubtrees } from '#application/tasks/ports/task-subtrees';
import { GetDependencyHandler } from '#application/tasks/queries/get-dependency';
import { ListDependenciesHandler } from '#application/tasks/queries/list-dependencies';
import { TaskDependenciesController } from '#adapters/tasks/http/task-dependencies.controller';
import { TasksController } from '#adapters/tasks/http/tasks.controller';
import { SqlDependencyStore } from '#adapters/tasks/persistence/sql-dependency-store';
import { SqlTaskBoard } from '#adapters/tasks/persistence/sql-task-board';
import { SqlTaskReadModel } from '#adapters/tasks/persistence/sql-task-read-model';
import { SqlTaskSubtrees } from '#adapters/tasks/persistence/sql-task-subtrees';
import { TypeOrmTaskRepository } from '#adapters/tasks/persistence/typeorm-task-repository';

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

const queries = [ListDependenciesHandler, GetDependencyHandler];

/** What is read and shown. */
const shown: Provider[] = [{ provide: TaskReadModel, useClass: SqlTaskReadModel }];

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
  controllers: [TasksController, TaskDependenciesController] as Type[],
};
