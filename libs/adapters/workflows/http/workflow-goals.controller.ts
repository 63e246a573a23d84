import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { readTime } from '#domain/shared/times';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { ConfigureWorkflowGoal } from '#application/workflows/commands/configure-workflow-goal';
import { EditWorkflowGoal } from '#application/workflows/commands/edit-workflow-goal';
import { RemoveWorkflowGoal } from '#application/workflows/commands/remove-workflow-goal';
import { GetWorkflowGoal } from '#application/workflows/queries/get-workflow-goal';
import { ListWorkflowGoals, workflowGoalListing } from '#application/workflows/queries/list-workflow-goals';
import { ListWorkflowListeners, workflowListenerListing } from '#application/workflows/queries/list-workflow-listeners';
import { workflowGoalView } from '#application/workflows/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, IfMatch, PageOf } from '#adapters/shared/http/parameters';
import { given } from '#adapters/shared/http/patch';
import {
  WorkflowGoalBody,
  workflowGoalExamples,
  WorkflowGoalPatchBody,
} from '#adapters/workflows/http/workflow-goals.bodies';

const Id = () => Param('id', new IdOf('workflow'));
const GoalId = () => Param('goal_id', new IdOf('workflow_goal'));

const NOT_FOUND = 'There is no such workflow, or no such goal in it.';

@ApiTags('Workflow goals')
@Controller('workflows/:id')
export class WorkflowGoalsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'createWorkflowGoal',
    summary: 'Give a workflow a goal: what ends it for a contact.',
    description:
      'A workflow has at most 3 (`WORKFLOW_MAX_GOALS`), inactive ones included. Ids in the criteria are held against the catalog, kind by kind, where the tenant has registered any.',
    permission: 'workflow_goal:create',
    answers: workflowGoalView,
    creates: true,
    errors: {
      404: 'There is no such workflow.',
      409: 'The workflow has as many goals as it may, or one that means the same.',
    },
  })
  @ApiBody(workflowGoalExamples)
  @Post('goals')
  create(@Caller() actor: Actor, @Id() id: string, @Body() body: WorkflowGoalBody) {
    const { goal_type: goalType, criteria, window_hours: windowHours, position } = body;
    const activeSince = readTime(body.active_since ?? '');
    return this.door.send(
      new ConfigureWorkflowGoal(actor, id, { goalType, criteria, ...given({ windowHours, position, activeSince }) }),
    );
  }

  @Operation({
    id: 'listWorkflowGoals',
    summary: 'List the goals of a workflow.',
    permission: 'workflow_goal:read',
    answers: { page: workflowGoalListing },
    errors: { 404: 'There is no such workflow.' },
  })
  @Get('goals')
  list(@Caller() actor: Actor, @Id() id: string, @PageOf(workflowGoalListing) page: PageRequest) {
    return this.door.send(new ListWorkflowGoals(actor, id, page));
  }

  @Operation({
    id: 'getWorkflowGoal',
    summary: 'Read one goal of a workflow.',
    permission: 'workflow_goal:read',
    answers: workflowGoalView,
    errors: { 404: NOT_FOUND },
  })
  @Get('goals/:goal_id')
  get(@Caller() actor: Actor, @Id() id: string, @GoalId() goalId: string) {
    return this.door.send(new GetWorkflowGoal(actor, id, goalId));
  }

  @Operation({
    id: 'editWorkflowGoal',
    summary: 'Change a goal, in any state of its workflow (JSON merge patch).',
    description:
      '`criteria` are replaced whole. Other criteria, and switching on, count for what happens from now on. A change by itself ends no enrollment.',
    permission: 'workflow_goal:update',
    answers: workflowGoalView,
    ifMatch: 'required',
    errors: { 404: NOT_FOUND, 409: 'Another goal of the workflow means the same.' },
  })
  @ApiBody({ type: WorkflowGoalPatchBody, examples: { window: { value: { window_hours: 48 } } } })
  @Patch('goals/:goal_id')
  edit(
    @Caller() actor: Actor,
    @Id() id: string,
    @GoalId() goalId: string,
    @IfMatch() seen: SeenVersion,
    @Body() body: WorkflowGoalPatchBody,
  ) {
    const { goal_type: goalType, is_active: isActive, window_hours: windowHours, criteria, position } = body;
    const patch = given({ goalType, criteria, isActive, windowHours, position });
    return this.door.send(new EditWorkflowGoal(actor, id, goalId, seen, patch));
  }

  @Operation({
    id: 'deleteWorkflowGoal',
    summary: 'Take a goal from its workflow, for good; its achievements stay.',
    permission: 'workflow_goal:delete',
    answers: 'nothing',
    ifMatch: 'required',
    errors: { 404: NOT_FOUND },
  })
  @Delete('goals/:goal_id')
  delete(@Caller() actor: Actor, @Id() id: string, @GoalId() goalId: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new RemoveWorkflowGoal(actor, id, goalId, seen));
  }

  @Operation({
    id: 'listWorkflowListeners',
    summary: 'List the listeners of a workflow: one for each active goal while it is active.',
    description:
      '`open_enrollments` can still reach the goal. The times are `null` while a listener is not registered yet or Redis is away; detection does not depend on them.',
    permission: 'workflow_goal:read',
    answers: { page: workflowListenerListing },
    errors: { 404: 'There is no such workflow.' },
  })
  @Get('listeners')
  listeners(@Caller() actor: Actor, @Id() id: string, @PageOf(workflowListenerListing) page: PageRequest) {
    return this.door.send(new ListWorkflowListeners(actor, id, page));
  }
}
