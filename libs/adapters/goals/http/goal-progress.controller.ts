import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { progressOf } from '#domain/goals/percentage';
import type { Bucket } from '#domain/goals/progress-buckets';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { ReportProgress } from '#application/goals/commands/report-progress';
import {
  progressEntryView,
  progressExplanationView,
  progressSeriesView,
  reportedProgressView,
} from '#application/goals/progress-views';
import { ExplainProgress } from '#application/goals/queries/explain-progress';
import { GetProgressEntry } from '#application/goals/queries/get-progress-entry';
import { GetProgressSeries } from '#application/goals/queries/get-progress-series';
import { ListProgress, progressListing } from '#application/goals/queries/list-progress';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { timeOf } from '#adapters/shared/http/rules';
import { GoalId } from '#adapters/goals/http/goal-id';
import { ProgressBody, progressExamples } from '#adapters/goals/http/goal-progress.bodies';

const NO_GOAL = { 404: 'There is no such goal.' };

@ApiTags('Goals')
@Controller('goals/:id/progress')
export class GoalProgressController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'reportProgress',
    summary: 'Say how far a goal has come, or correct what was said.',
    description: 'The goal in the answer, and everything above it, has been worked out with it.',
    permission: 'goal:update',
    answers: reportedProgressView,
    creates: true,
    errors: {
      ...NO_GOAL,
      409: 'The goal is closed, its progress is not manual, or the entry has been corrected already.',
    },
  })
  @ApiBody(progressExamples)
  @Post()
  report(@Caller() actor: Actor, @GoalId() id: string, @Body() body: ProgressBody) {
    const { percentage, notes = null, effective_at, corrects = null } = body;
    const effectiveAt = typeof effective_at === 'string' ? timeOf(effective_at) : null;
    return this.door.send(
      new ReportProgress(actor, id, { progress: progressOf(percentage), notes, effectiveAt, corrects }),
    );
  }

  @Operation({
    id: 'listProgress',
    summary: 'Read the history of a goal’s progress, or a series of it for a chart.',
    description:
      'With `bucket`: what stood at the end of each UTC day, week (from Monday) or month between `from` and `to`, by default the last 30, at most 366; paging and order do not apply then.',
    permission: 'goal:read',
    answers: { page: progressListing },
    orAnswers: progressSeriesView,
    errors: NO_GOAL,
  })
  @Get()
  list(@Caller() actor: Actor, @GoalId() id: string, @PageOf(progressListing) page: PageRequest) {
    const [from, to] = (['from', 'to'] as const).map((name) => page.filters[name]?.map(timeOf)[0]);
    const [bucket] = (page.filters.bucket ?? []) as Bucket[];
    return bucket
      ? this.door.send(new GetProgressSeries(actor, id, bucket, { from, to }))
      : this.door.send(new ListProgress(actor, id, page, { from, to }));
  }

  @Operation({
    id: 'explainProgress',
    summary: 'Ask what the progress of a goal is made of.',
    permission: 'goal:read',
    answers: progressExplanationView,
    errors: NO_GOAL,
  })
  @Get('explain')
  explain(@Caller() actor: Actor, @GoalId() id: string) {
    return this.door.send(new ExplainProgress(actor, id));
  }

  @Operation({
    id: 'getProgressEntry',
    summary: 'Read one entry of the history.',
    permission: 'goal:read',
    answers: progressEntryView,
    errors: { 404: 'There is no such goal, or no such entry of it.' },
  })
  @Get(':entry_id')
  entry(@Caller() actor: Actor, @GoalId() id: string, @Param('entry_id', new IdOf('goal_progress')) entryId: string) {
    return this.door.send(new GetProgressEntry(actor, id, entryId));
  }
}
