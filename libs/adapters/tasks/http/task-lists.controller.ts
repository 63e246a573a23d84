import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { GetCriticalPath } from '#application/tasks/queries/get-critical-path';
import { GetTask } from '#application/tasks/queries/get-task';
import { ListGoalTasks } from '#application/tasks/queries/list-goal-tasks';
import { ListTasks } from '#application/tasks/queries/list-tasks';
import { criticalPathView } from '#application/tasks/schedule-views';
import { goalTaskListing, taskListing } from '#application/tasks/task-listing';
import { taskView } from '#application/tasks/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';

const NO_GOAL = { 404: 'There is no such goal.' };

@ApiTags('Tasks')
@Controller()
export class TaskListsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'listTasks',
    summary: 'List tasks.',
    description:
      '`assigned_to=me` stands for the caller. `due_before` leaves its moment out. What is ready can be begun: nothing it waits for is open, and its goal is neither on hold nor closed.',
    permission: 'task:read',
    answers: { page: taskListing },
  })
  @Get('tasks')
  list(@Caller() actor: Actor, @PageOf(taskListing) page: PageRequest) {
    return this.door.send(new ListTasks(actor, page));
  }

  @Operation({
    id: 'getTask',
    summary: 'Read one task.',
    permission: 'task:read',
    answers: taskView,
    alwaysFresh: true,
    errors: { 404: 'There is no such task.' },
  })
  @Get('tasks/:id')
  get(@Caller() actor: Actor, @Param('id', new IdOf('task')) id: string) {
    return this.door.send(new GetTask(actor, id));
  }

  @Operation({
    id: 'listGoalTasks',
    summary: 'List the tasks right under a goal.',
    description: 'Filters as for all tasks.',
    permission: 'task:read',
    answers: { page: goalTaskListing },
    errors: NO_GOAL,
  })
  @Get('goals/:id/tasks')
  ofGoal(
    @Caller() actor: Actor,
    @Param('id', new IdOf('goal')) id: string,
    @PageOf(goalTaskListing) page: PageRequest,
  ) {
    return this.door.send(new ListGoalTasks(actor, id, page));
  }

  @Operation({
    id: 'getCriticalPath',
    summary: 'Find the longest chain of open tasks that a goal waits for.',
    description:
      'Times are hours from now. A task waits for the open tasks that it depends on, and a parent for its open subtasks, whose hours its own estimate comes on top of. Open tasks of other goals, or of none, that hold the goal up stand among its own, with their own `goal_id`. A task without an estimate counts as 0 hours and is named in `without_estimate`.',
    permission: 'task:read',
    answers: criticalPathView,
    alwaysFresh: true,
    errors: NO_GOAL,
  })
  @Get('goals/:id/critical-path')
  criticalPath(@Caller() actor: Actor, @Param('id', new IdOf('goal')) id: string) {
    return this.door.send(new GetCriticalPath(actor, id));
  }
}
