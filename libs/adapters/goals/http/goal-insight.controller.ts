import { Controller, Get } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { map } from '#domain/shared/result';
import { DEEPEST } from '#domain/goals/goal-path';
import { Door } from '#application/shared/door';
import { analysisView, statusSummaryView } from '#application/goals/insight-views';
import type { TreeRequest } from '#application/goals/ports/goal-overview';
import { GetGoalAnalysis } from '#application/goals/queries/get-goal-analysis';
import { GetGoalTree } from '#application/goals/queries/get-goal-tree';
import { GetStatusSummary } from '#application/goals/queries/get-status-summary';
import { LIMIT, Operation } from '#adapters/shared/http/operation';
import { Caller } from '#adapters/shared/http/parameters';
import { GoalId } from '#adapters/goals/http/goal-id';
import { TreeOf, treePage, treePageView, USUAL_DEPTH } from '#adapters/goals/http/tree-page';

const UNKNOWN = { 404: 'There is no such goal.' };

@ApiTags('Goals')
@Controller('goals/:id')
export class GoalInsightController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'getGoalStatusSummary',
    summary: 'See how a goal stands.',
    description: '`days_until_target` counts whole days and is negative once the target has passed.',
    permission: 'goal:read',
    answers: statusSummaryView,
    errors: UNKNOWN,
  })
  @Get('status-summary')
  summary(@Caller() actor: Actor, @GoalId() id: string) {
    return this.door.send(new GetStatusSummary(actor, id));
  }

  @Operation({
    id: 'getGoalAnalysis',
    summary: 'See what a goal scores.',
    description:
      'Scores run from 0 to 1; what is not set scores 0.5. A high priority raises `overall_health_score`; what to look at first say `attention_score` and `health`.',
    permission: 'analysis:read',
    answers: analysisView,
    errors: UNKNOWN,
  })
  @Get('analysis')
  analysis(@Caller() actor: Actor, @GoalId() id: string) {
    return this.door.send(new GetGoalAnalysis(actor, id));
  }

  @Operation({
    id: 'getGoalTree',
    summary: 'Read a goal and what hangs below it.',
    description: 'Depth first, siblings in the order of their creation. Pages go by cursor only, so `total` is `null`.',
    permission: 'goal:read',
    answers: treePageView,
    errors: UNKNOWN,
  })
  @ApiQuery({
    name: 'depth',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: DEEPEST, default: USUAL_DEPTH },
    description: 'How many levels; the named goal is the first.',
  })
  @ApiQuery(LIMIT)
  @ApiQuery({
    name: 'cursor',
    required: false,
    schema: { type: 'string' },
    description: 'The `next_cursor` of the page before, with the same `depth`.',
  })
  @Get('tree')
  async tree(@Caller() actor: Actor, @GoalId() id: string, @TreeOf() part: TreeRequest) {
    return map(await this.door.send(new GetGoalTree(actor, id, part)), (found) => treePage(part, found));
  }
}
