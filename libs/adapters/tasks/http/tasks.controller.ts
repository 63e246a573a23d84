import { Body, Controller, Delete, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { USUAL_FIELDS, type TaskFields } from '#domain/tasks/task-fields';
import { Door } from '#application/shared/door';
import { AssignTask } from '#application/tasks/commands/assign-task';
import { CreateTask } from '#application/tasks/commands/create-task';
import { DeleteTask } from '#application/tasks/commands/delete-task';
import { EditTask } from '#application/tasks/commands/edit-task';
import { MoveTask } from '#application/tasks/commands/move-task';
import { RestoreTask } from '#application/tasks/commands/restore-task';
import { TransitionTask } from '#application/tasks/commands/transition-task';
import { taskView } from '#application/tasks/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IfMatch } from '#adapters/shared/http/parameters';
import { taskFieldsOf } from '#adapters/tasks/http/task-fields';
import { TaskId } from '#adapters/tasks/http/task-id';
import {
  AssignmentBody,
  TaskBody,
  taskExamples,
  TaskPatch,
  taskPatchExamples,
  TaskTransitionBody,
} from '#adapters/tasks/http/tasks.bodies';

const NO_TASK = 'There is no such task.';

@ApiTags('Tasks')
@Controller('tasks')
export class TasksController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'createTask',
    summary: 'Make a task, alone, under a goal or as part of another task.',
    description: 'A subtask that does not name a goal takes that of its parent.',
    permission: 'task:create',
    answers: taskView,
    alwaysFresh: true,
    creates: true,
    errors: {
      409: 'The goal or the parent task is closed, the tree of subtasks would be too deep, or it would wait for itself (`path`).',
    },
  })
  @ApiBody(taskExamples)
  @Post()
  create(@Caller() actor: Actor, @Body() body: TaskBody) {
    const { goal_id: goalId, parent_task_id, assigned_to, dependencies = [], ...rest } = body;
    const fields = { ...USUAL_FIELDS, ownerId: actor.userId, ...taskFieldsOf(rest) } as TaskFields;
    const asked = { goalId, parentTaskId: parent_task_id ?? null, assignedTo: assigned_to ?? null, dependencies };
    return this.door.send(new CreateTask(actor, fields, asked));
  }

  @Operation({
    id: 'editTask',
    summary: 'Change a task, in any state (JSON merge patch).',
    description:
      'Another `parent_task_id` moves it with all below it. Status, assignment and dependencies have routes of their own.',
    permission: 'task:update',
    answers: taskView,
    alwaysFresh: true,
    ifMatch: 'required',
    errors: {
      404: NO_TASK,
      409: 'It would wait for itself (`path`), stand under something closed or too deep, or is completed and would lose its 100 percent.',
    },
  })
  @ApiBody(taskPatchExamples)
  @Patch(':id')
  edit(@Caller() actor: Actor, @TaskId() id: string, @IfMatch() seen: SeenVersion, @Body() body: TaskPatch) {
    const { goal_id: goalId, parent_task_id: parentTaskId, ...rest } = body;
    const fields = taskFieldsOf(rest);
    return goalId === undefined && parentTaskId === undefined
      ? this.door.send(new EditTask(actor, id, seen, fields))
      : this.door.send(new MoveTask(actor, id, seen, { goalId, parentTaskId }, fields));
  }

  @Operation({
    id: 'deleteTask',
    summary: 'Delete a task with all its subtasks.',
    permission: 'task:delete',
    answers: 'nothing',
    ifMatch: 'required',
    errors: { 404: NO_TASK },
  })
  @Delete(':id')
  delete(@Caller() actor: Actor, @TaskId() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new DeleteTask(actor, id, seen));
  }

  @Operation({
    id: 'restoreTask',
    summary: 'Bring back exactly what the deletion of a task took.',
    permission: 'task:delete',
    answers: taskView,
    alwaysFresh: true,
    ifMatch: 'optional',
    errors: { 404: 'There never was such a task.', 409: 'It is not deleted, or its parent task or a goal of it is.' },
  })
  @Post(':id/restore')
  restore(@Caller() actor: Actor, @TaskId() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new RestoreTask(actor, id, seen));
  }

  @Operation({
    id: 'transitionTask',
    summary: 'Change the status of a task.',
    description:
      'todo → in_progress, completed, blocked, cancelled; in_progress → todo, completed, blocked, cancelled; blocked → todo, in_progress, cancelled; completed, cancelled → todo.',
    permission: 'task:update',
    answers: taskView,
    alwaysFresh: true,
    ifMatch: 'optional',
    errors: {
      404: NO_TASK,
      409: 'Not from here (`allowed`), it depends on open tasks (`blocked_by`), has open subtasks (`subtasks`), or its goal or parent is closed.',
    },
  })
  @Post(':id/transitions')
  transition(
    @Caller() actor: Actor,
    @TaskId() id: string,
    @IfMatch() seen: SeenVersion,
    @Body() body: TaskTransitionBody,
  ) {
    const { to, reason = null, override = false } = body;
    return this.door.send(new TransitionTask(actor, id, seen, to, reason, override));
  }

  @Operation({
    id: 'assignTask',
    summary: 'Give a task to a member of the tenant, or to nobody.',
    permission: 'task:update',
    answers: taskView,
    alwaysFresh: true,
    ifMatch: 'optional',
    errors: { 404: NO_TASK },
  })
  @Post(':id/assignment')
  assign(@Caller() actor: Actor, @TaskId() id: string, @IfMatch() seen: SeenVersion, @Body() body: AssignmentBody) {
    return this.door.send(new AssignTask(actor, id, seen, body.assigned_to));
  }
}
