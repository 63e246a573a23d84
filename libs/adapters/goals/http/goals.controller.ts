import { Body, Controller, Delete, Get, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { fault, invalid } from '#domain/shared/errors';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import { ON_CHILDREN } from '#domain/goals/words';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { CreateGoal } from '#application/goals/commands/create-goal';
import { DeleteGoal } from '#application/goals/commands/delete-goal';
import { EditGoal } from '#application/goals/commands/edit-goal';
import { MoveGoal } from '#application/goals/commands/move-goal';
import { RestoreGoal } from '#application/goals/commands/restore-goal';
import { TransitionGoal } from '#application/goals/commands/transition-goal';
import { GetGoal } from '#application/goals/queries/get-goal';
import { goalListing } from '#application/goals/goal-listing';
import { ListGoals } from '#application/goals/queries/list-goals';
import { goalView } from '#application/goals/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IfMatch, PageOf } from '#adapters/shared/http/parameters';
import { Refused } from '#adapters/shared/http/problem';
import { QueryOf } from '#adapters/shared/http/query-parameters';
import { TransitionBody } from '#adapters/goals/http/goal-actions.bodies';
import { GoalId } from '#adapters/goals/http/goal-id';
import { goalFieldsOf } from '#adapters/goals/http/goal-fields';
import { GoalBody, goalExamples, GoalPatch, goalPatchExamples } from '#adapters/goals/http/goals.bodies';

@ApiTags('Goals')
@Controller('goals')
export class GoalsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'createGoal',
    summary: 'Make a goal, as a root or below another one.',
    permission: 'goal:create',
    answers: goalView,
    alwaysFresh: true,
    creates: true,
    errors: { 409: 'The parent goal is closed, or the tree would be too deep.' },
  })
  @ApiBody(goalExamples)
  @Post()
  create(@Caller() actor: Actor, @Body() body: GoalBody) {
    const { status = 'active', parent_goal_id = null, ...rest } = body;
    const fields = { ...USUAL_FIELDS, ownerId: actor.userId, ...goalFieldsOf(rest) } as GoalFields;
    return this.door.send(new CreateGoal(actor, fields, status, parent_goal_id));
  }

  @Operation({ id: 'listGoals', summary: 'List goals.', permission: 'goal:read', answers: { page: goalListing } })
  @Get()
  list(@Caller() actor: Actor, @PageOf(goalListing) page: PageRequest) {
    return this.door.send(new ListGoals(actor, page));
  }

  @Operation({
    id: 'getGoal',
    summary: 'Read one goal.',
    permission: 'goal:read',
    answers: goalView,
    alwaysFresh: true,
    errors: { 404: 'There is no such goal.' },
  })
  @Get(':id')
  get(@Caller() actor: Actor, @GoalId() id: string) {
    return this.door.send(new GetGoal(actor, id));
  }

  @Operation({
    id: 'editGoal',
    summary: 'Change a goal, in any state (JSON merge patch).',
    description:
      'Another `parent_goal_id` moves it with all below it. Status, progress and assessment have routes of their own.',
    permission: 'goal:update',
    answers: goalView,
    alwaysFresh: true,
    ifMatch: 'required',
    errors: {
      404: 'There is no such goal.',
      409: 'It would hang below itself (`path`) or below a closed goal, or the tree would be too deep.',
    },
  })
  @ApiBody(goalPatchExamples)
  @Patch(':id')
  edit(@Caller() actor: Actor, @GoalId() id: string, @IfMatch() seen: SeenVersion, @Body() body: GoalPatch) {
    const fields = goalFieldsOf(body);
    const { parent_goal_id: parent } = body;
    return parent === undefined
      ? this.door.send(new EditGoal(actor, id, seen, fields))
      : this.door.send(new MoveGoal(actor, id, seen, parent, fields));
  }

  @Operation({
    id: 'deleteGoal',
    summary: 'Delete a goal; its links and history stay with it.',
    permission: 'goal:delete',
    answers: 'nothing',
    ifMatch: 'required',
    errors: {
      404: 'There is no such goal.',
      409: 'Goals or tasks hang below it (`children`, `tasks`), and `on_children` does not say what becomes of them.',
    },
  })
  @ApiQuery({
    name: 'on_children',
    required: false,
    schema: { type: 'string', enum: [...ON_CHILDREN], default: 'refuse' },
    description:
      '`refuse`: 409 lists what hangs right below; `leave`: goals become roots, tasks keep no goal; `cascade`: all is deleted with it.',
  })
  @Delete(':id')
  delete(
    @Caller() actor: Actor,
    @GoalId() id: string,
    @IfMatch() seen: SeenVersion,
    @QueryOf(['on_children']) { on_children: asked = 'refuse' }: { readonly on_children?: string },
  ) {
    const onChildren = ON_CHILDREN.find((word) => word === asked.toLowerCase());
    if (!onChildren) throw new Refused(invalid([fault('?on_children', 'value', `One of: ${ON_CHILDREN.join(', ')}.`)]));
    return this.door.send(new DeleteGoal(actor, id, seen, onChildren));
  }

  @Operation({
    id: 'restoreGoal',
    summary: 'Bring back exactly what the deletion of a goal took.',
    permission: 'goal:delete',
    answers: goalView,
    alwaysFresh: true,
    ifMatch: 'optional',
    errors: { 404: 'There never was such a goal.', 409: 'It is not deleted, or its parent is.' },
  })
  @Post(':id/restore')
  restore(@Caller() actor: Actor, @GoalId() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new RestoreGoal(actor, id, seen));
  }

  @Operation({
    id: 'transitionGoal',
    summary: 'Change the status of a goal.',
    description:
      'draft → active, abandoned; active → on_hold, achieved, missed, abandoned; on_hold → active, abandoned; a closed one → active.',
    permission: 'goal:update',
    answers: goalView,
    alwaysFresh: true,
    ifMatch: 'optional',
    errors: {
      404: 'There is no such goal.',
      409: 'Not from here (`allowed`), open goals or tasks hang below it (`children`, `tasks`), or its parent is closed.',
    },
  })
  @Post(':id/transitions')
  transition(@Caller() actor: Actor, @GoalId() id: string, @IfMatch() seen: SeenVersion, @Body() body: TransitionBody) {
    const { to, reason = null, on_children: onChildren = 'refuse' } = body;
    return this.door.send(new TransitionGoal(actor, id, seen, to, reason, onChildren));
  }
}
