import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { assessmentListing, assessmentView } from '#application/goals/assessment-views';
import { AssessGoal } from '#application/goals/commands/assess-goal';
import { GetAssessment } from '#application/goals/queries/get-assessment';
import { ListAssessments } from '#application/goals/queries/list-assessments';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { timeOf } from '#adapters/shared/http/rules';
import { AssessmentBody, assessmentExamples } from '#adapters/goals/http/goal-assessments.bodies';
import { GoalId } from '#adapters/goals/http/goal-id';

@ApiTags('Goals')
@Controller('goals/:id/assessments')
export class GoalAssessmentsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'assessGoal',
    summary: 'Write down an assessment of a goal.',
    description: 'The assessor is the caller. The goal shows its latest assessment, without a new version.',
    permission: 'goal:update',
    answers: assessmentView,
    creates: true,
    errors: { 404: 'There is no such goal.' },
  })
  @ApiBody(assessmentExamples)
  @Post()
  assess(@Caller() actor: Actor, @GoalId() id: string, @Body() body: AssessmentBody) {
    const { status, score = null, notes = null, assessed_at: at } = body;
    return this.door.send(new AssessGoal(actor, id, { status, score, notes }, at ? timeOf(at) : null));
  }

  @Operation({
    id: 'listGoalAssessments',
    summary: 'List the assessments of a goal.',
    permission: 'goal:read',
    answers: { page: assessmentListing },
    errors: { 404: 'There is no such goal.' },
  })
  @Get()
  list(@Caller() actor: Actor, @GoalId() id: string, @PageOf(assessmentListing) page: PageRequest) {
    return this.door.send(new ListAssessments(actor, id, page));
  }

  @Operation({
    id: 'getGoalAssessment',
    summary: 'Read one assessment of a goal.',
    permission: 'goal:read',
    answers: assessmentView,
    errors: { 404: 'There is no such goal, or it has no such assessment.' },
  })
  @Get(':assessment_id')
  get(
    @Caller() actor: Actor,
    @GoalId() id: string,
    @Param('assessment_id', new IdOf('goal_assessment')) assessmentId: string,
  ) {
    return this.door.send(new GetAssessment(actor, id, assessmentId));
  }
}
