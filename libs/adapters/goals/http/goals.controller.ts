import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { CreateGoal } from '#application/goals/commands/create-goal';
import { GetGoal } from '#application/goals/queries/get-goal';
import { goalListing, ListGoals } from '#application/goals/queries/list-goals';
import { goalView } from '#application/goals/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, PageOf } from '#adapters/shared/http/parameters';
import { GoalId } from '#adapters/goals/http/goal-id';
import { goalFieldsOf } from '#adapters/goals/http/goal-fields';
import { GoalBody, goalExamples } from '#adapters/goals/http/goals.bodies';

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
}
