import { Controller, Get, Param } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { achievementListing } from '#application/workflows/achievements';
import { GetWorkflowStatistics } from '#application/workflows/queries/get-workflow-statistics';
import { ListContactAchievements } from '#application/workflows/queries/list-contact-achievements';
import { ListWorkflowAchievements } from '#application/workflows/queries/list-workflow-achievements';
import { workflowStatisticsView } from '#application/workflows/statistics';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { QueryOf } from '#adapters/shared/http/query-parameters';

const day = (name: string, description: string) =>
  ApiQuery({ name, required: false, schema: { type: 'string', format: 'date' }, description });

@ApiTags('Analytics')
@Controller()
export class AnalyticsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'getWorkflowStatistics',
    summary: 'What a workflow has come to.',
    description: 'Totals are of all time; `from` and `to` bound the daily series.',
    permission: 'analytics:read',
    answers: workflowStatisticsView,
    errors: { 404: 'There is no such workflow.' },
  })
  @day('from', 'First UTC day of `daily`; by default 29 days before the last.')
  @day('to', 'Last UTC day of `daily`; by default today. At most 366 days.')
  @Get('workflows/:id/goals/stats')
  statistics(
    @Caller() actor: Actor,
    @Param('id', new IdOf('workflow')) id: string,
    @QueryOf(['from', 'to']) { from, to }: { readonly from?: string; readonly to?: string },
  ) {
    return this.door.send(new GetWorkflowStatistics(actor, id, from, to));
  }

  @Operation({
    id: 'listWorkflowAchievements',
    summary: 'List the goals that enrollments of a workflow have reached.',
    permission: 'analytics:read',
    answers: { page: achievementListing },
    errors: { 404: 'There is no such workflow.' },
  })
  @Get('workflows/:id/achievements')
  ofWorkflow(
    @Caller() actor: Actor,
    @Param('id', new IdOf('workflow')) id: string,
    @PageOf(achievementListing) page: PageRequest,
  ) {
    return this.door.send(new ListWorkflowAchievements(actor, id, page));
  }

  @Operation({
    id: 'listContactAchievements',
    summary: 'List the goals that a contact has reached.',
    permission: 'analytics:read',
    answers: { page: achievementListing },
    errors: { 404: 'There is no such contact.' },
  })
  @Get('contacts/:contact_id/achievements')
  ofContact(
    @Caller() actor: Actor,
    @Param('contact_id') contactId: string,
    @PageOf(achievementListing) page: PageRequest,
  ) {
    return this.door.send(new ListContactAchievements(actor, contactId, page));
  }
}
