import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { ARCHIMATE } from '#domain/goals/archimate';
import type { GoalLinkPatch, GoalLinkRequest } from '#domain/goals/goal-link-input';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { EditGoalLink } from '#application/goals/commands/edit-goal-link';
import { LinkGoal } from '#application/goals/commands/link-goal';
import { RemoveGoalLink } from '#application/goals/commands/remove-goal-link';
import { goalLinkView, realizationMapView } from '#application/goals/link-views';
import { GetGoalLink } from '#application/goals/queries/get-goal-link';
import { GetRealizationMap } from '#application/goals/queries/get-realization-map';
import { goalLinkListing, ListGoalLinks } from '#application/goals/queries/list-goal-links';
import { camelKeys } from '#adapters/shared/http/camel-keys';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, IfMatch, PageOf } from '#adapters/shared/http/parameters';
import { given } from '#adapters/shared/http/patch';
import {
  GoalLinkBody,
  goalLinkExamples,
  GoalLinkPatchBody,
  goalLinkPatchExamples,
} from '#adapters/goals/http/goal-links.bodies';
import { GoalId } from '#adapters/goals/http/goal-id';

const LinkId = () => Param('link_id', new IdOf('goal_link'));

const NO_GOAL = 'There is no such goal.';
const NOT_FOUND = 'There is no such goal, or no such link of it.';

@ApiTags('Goal links')
@Controller('goals/:id')
export class GoalLinksController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'createGoalLink',
    summary: 'Link a goal with an element of the architecture.',
    description: `Which elements can be linked by which word is what \`${ARCHIMATE}\` allows. \`relationship\` and \`influence_modifier\` in the answer are what the link is there.`,
    permission: 'goal_link:create',
    answers: goalLinkView,
    creates: true,
    errors: {
      404: NO_GOAL,
      409: 'The same link is there already (`existing_id`).',
      422: 'Faults in the input, all of them in `errors`; or `goal_link.relationship-not-allowed`, with what this element may have in `allowed`.',
    },
  })
  @ApiBody(goalLinkExamples)
  @Post('links')
  create(@Caller() actor: Actor, @GoalId() id: string, @Body() body: GoalLinkBody) {
    return this.door.send(new LinkGoal(actor, { ...given(camelKeys(body)), goalId: id } as GoalLinkRequest));
  }

  @Operation({
    id: 'listGoalLinks',
    summary: 'List the links of a goal.',
    permission: 'goal_link:read',
    answers: { page: goalLinkListing },
    errors: { 404: NO_GOAL },
  })
  @Get('links')
  list(@Caller() actor: Actor, @GoalId() id: string, @PageOf(goalLinkListing) page: PageRequest) {
    return this.door.send(new ListGoalLinks(actor, id, page));
  }

  @Operation({
    id: 'getGoalLink',
    summary: 'Read one link of a goal.',
    permission: 'goal_link:read',
    answers: goalLinkView,
    errors: { 404: NOT_FOUND },
  })
  @Get('links/:link_id')
  get(@Caller() actor: Actor, @GoalId() id: string, @LinkId() linkId: string) {
    return this.door.send(new GetGoalLink(actor, id, linkId));
  }

  @Operation({
    id: 'editGoalLink',
    summary: 'Change name, strength, contribution or polarity of a link (JSON merge patch).',
    description: 'Element, type, link type and direction never change: make another link.',
    permission: 'goal_link:update',
    answers: goalLinkView,
    ifMatch: 'required',
    errors: { 404: NOT_FOUND },
  })
  @ApiBody(goalLinkPatchExamples)
  @Patch('links/:link_id')
  edit(
    @Caller() actor: Actor,
    @GoalId() id: string,
    @LinkId() linkId: string,
    @IfMatch() seen: SeenVersion,
    @Body() body: GoalLinkPatchBody,
  ) {
    return this.door.send(new EditGoalLink(actor, id, linkId, seen, given(camelKeys(body)) as GoalLinkPatch));
  }

  @Operation({
    id: 'deleteGoalLink',
    summary: 'Take a link from its goal, for good.',
    permission: 'goal_link:delete',
    answers: 'nothing',
    ifMatch: 'required',
    errors: { 404: NOT_FOUND },
  })
  @Delete('links/:link_id')
  delete(@Caller() actor: Actor, @GoalId() id: string, @LinkId() linkId: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new RemoveGoalLink(actor, id, linkId, seen));
  }

  @Operation({
    id: 'getRealizationMap',
    summary: 'Count what a goal is linked with, and tell how far it is realized.',
    description:
      'Counts are over distinct elements. `overall_realization_score` is the mean contribution (high 1, medium 0.5, low 0.25) of the elements that realize the goal; what only influences it does not count. `null`: nothing realizes it.',
    permission: 'realization:read',
    answers: realizationMapView,
    errors: { 404: NO_GOAL },
  })
  @Get('realization-map')
  realizationMap(@Caller() actor: Actor, @GoalId() id: string) {
    return this.door.send(new GetRealizationMap(actor, id));
  }
}
