import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { AddDependency } from '#application/tasks/commands/add-dependency';
import { RemoveDependency } from '#application/tasks/commands/remove-dependency';
import { taskPredecessorsView, taskPredecessorView } from '#application/tasks/dependency-views';
import { GetDependency } from '#application/tasks/queries/get-dependency';
import { ListDependencies } from '#application/tasks/queries/list-dependencies';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf } from '#adapters/shared/http/parameters';
import { TaskId } from '#adapters/tasks/http/task-id';
import { TaskDependencyBody } from '#adapters/tasks/http/tasks.bodies';

const DependsOnId = () => Param('depends_on_id', new IdOf('task_dependency'));

const NO_TASK = 'There is no such task.';
const NOT_FOUND = 'There is no such task, or it does not wait for that one.';

@ApiTags('Tasks')
@Controller('tasks/:id/dependencies')
export class TaskDependenciesController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'addTaskDependency',
    summary: 'Have a task wait for another one, of any goal.',
    description: 'It can start once that one is completed, cancelled or deleted. Raises no version of the task.',
    permission: 'task:update',
    answers: taskPredecessorView,
    creates: true,
    namedBy: 'depends_on_id',
    errors: {
      404: NO_TASK,
      409: 'It waits for that one already, or for a hundred others, or would wait for itself (`path`, along dependencies and subtasks).',
    },
  })
  @Post()
  add(@Caller() actor: Actor, @TaskId() id: string, @Body() body: TaskDependencyBody) {
    return this.door.send(new AddDependency(actor, id, body.depends_on_id));
  }

  @Operation({
    id: 'listTaskDependencies',
    summary: 'List what a task waits for: all of it, in one answer.',
    permission: 'task:read',
    answers: taskPredecessorsView,
    errors: { 404: NO_TASK },
  })
  @Get()
  list(@Caller() actor: Actor, @TaskId() id: string) {
    return this.door.send(new ListDependencies(actor, id));
  }

  @Operation({
    id: 'getTaskDependency',
    summary: 'Read one of the tasks that a task waits for.',
    permission: 'task:read',
    answers: taskPredecessorView,
    errors: { 404: NOT_FOUND },
  })
  @Get(':depends_on_id')
  get(@Caller() actor: Actor, @TaskId() id: string, @DependsOnId() dependsOnId: string) {
    return this.door.send(new GetDependency(actor, id, dependsOnId));
  }

  @Operation({
    id: 'removeTaskDependency',
    summary: 'Have a task wait for another one no more.',
    description: 'Raises no version of the task.',
    permission: 'task:update',
    answers: 'nothing',
    errors: { 404: NOT_FOUND },
  })
  @Delete(':depends_on_id')
  remove(@Caller() actor: Actor, @TaskId() id: string, @DependsOnId() dependsOnId: string) {
    return this.door.send(new RemoveDependency(actor, id, dependsOnId));
  }
}
