import { Actor } from '#domain/shared/actor';
import type { WorkflowFigures } from '#application/workflows/ports/analytics-read-model';
import {
  GetWorkflowStatistics,
  GetWorkflowStatisticsHandler,
} from '#application/workflows/queries/get-workflow-statistics';
import {
  ListContactAchievements,
  ListContactAchievementsHandler,
} from '#application/workflows/queries/list-contact-achievements';
import {
  ListWorkflowAchievements,
  ListWorkflowAchievementsHandler,
} from '#application/workflows/queries/list-workflow-achievements';
import type { AchievementView } from '#application/workflows/achievements';
import { InMemoryAnalytics } from '../../../support/fakes/in-memory-analytics';
import { pageRequest } from '../../../support/fakes/pages';

const HOUR_MS = 3_600_000;
const TENANT = '11111111-1111-4111-8111-111111111111';
const WORKFLOW = '22222222-2222-4222-8222-222222222222';
const viewer = Actor.member(TENANT, '33333333-3333-4333-8333-333333333333', 'Viewer');
const nobody = Actor.system([TENANT]);
const clock = { now: () => new Date('2026-01-31T12:00:00Z') };

const NOTHING: WorkflowFigures = { totals: {}, medianHours: null, p90Hours: null, days: {} };

const analytics = (figures: WorkflowFigures, achievements: readonly AchievementView[] = []) =>
  new InMemoryAnalytics({ tenantId: TENANT, workflows: { [WORKFLOW]: figures }, contacts: ['c-1'], achievements });

const statistics = (figures: WorkflowFigures, from?: string, to?: string) =>
  new GetWorkflowStatisticsHandler(analytics(figures), clock).execute(
    new GetWorkflowStatistics(viewer, WORKFLOW, from, to),
  );

describe('the statistics of a workflow', () => {
  it('say 40.0 percent when 5 were enrolled and 2 met the goal', async () => {
    const answer = await statistics({ ...NOTHING, totals: { enrolled: 5, ended: 4, goals_achieved: 2 } });
    expect(answer).toMatchObject({
      value: { total_enrolled: 5, total_ended: 4, goals_achieved: 2, conversion_rate: 40, conversion_rate_ended: 50 },
    });
  });

  it('say 60 hours on average for 48 and 72', async () => {
    const totals = { enrolled: 5, goals_achieved: 2, time_to_goal_ms: (48 + 72) * HOUR_MS };
    const answer = await statistics({ ...NOTHING, totals, medianHours: 48, p90Hours: 72 });
    expect(answer).toMatchObject({
      value: { avg_time_to_goal_hours: 60, median_time_to_goal_hours: 48, p90_time_to_goal_hours: 72 },
    });
  });

  it('have null for every rate and duration when nobody was enrolled', async () => {
    const answer = await statistics(NOTHING);
    expect(answer).toMatchObject({
      value: {
        total_enrolled: 0,
        conversion_rate: null,
        conversion_rate_ended: null,
        avg_time_to_goal_hours: null,
        median_time_to_goal_hours: null,
        p90_time_to_goal_hours: null,
        by_goal_type: { tag_added: { achieved: 0, conversion_rate: null } },
      },
    });
  });

  it('name all five goal types, each over all enrolled', async () => {
    const answer = await statistics({ ...NOTHING, totals: { enrolled: 3, tag_added: 1, form_submitted: 3 } });
    expect(answer).toMatchObject({
      value: {
        by_goal_type: {
          tag_added: { achieved: 1, conversion_rate: 33.3 },
          purchase_made: { achieved: 0, conversion_rate: 0 },
          appointment_booked: { achieved: 0, conversion_rate: 0 },
          form_submitted: { achieved: 3, conversion_rate: 100 },
          pipeline_stage_reached: { achieved: 0, conversion_rate: 0 },
        },
      },
    });
  });

  it('fill the gaps of the daily series', async () => {
    const days = {
      '2026-01-02': { enrolled: 2, goalsAchieved: 1 },
      '2026-02-01': { enrolled: 9, goalsAchieved: 9 },
    };
    const answer = await statistics({ ...NOTHING, days }, '2026-01-01', '2026-01-03');
    expect(answer).toMatchObject({
      value: {
        daily: [
          { date: '2026-01-01', enrolled: 0, goals_achieved: 0 },
          { date: '2026-01-02', enrolled: 2, goals_achieved: 1 },
          { date: '2026-01-03', enrolled: 0, goals_achieved: 0 },
        ],
      },
    });
  });

  it('show the last 30 days unless asked otherwise', async () => {
    const answer = await statistics(NOTHING);
    const daily = answer.ok ? answer.value.daily : [];
    expect(daily).toHaveLength(30);
    expect([daily[0]?.date, daily.at(-1)?.date]).toEqual(['2026-01-02', '2026-01-31']);
  });

  it('are refused for a period that is none', async () => {
    expect(await statistics(NOTHING, '2026-02-30')).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  it('need analytics:read and a workflow of the tenant', async () => {
    const handler = new GetWorkflowStatisticsHandler(analytics(NOTHING), clock);
    expect(await handler.execute(new GetWorkflowStatistics(nobody, WORKFLOW))).toMatchObject({
      error: { kind: 'forbidden' },
    });
    expect(await handler.execute(new GetWorkflowStatistics(viewer, TENANT))).toMatchObject({
      error: { code: 'workflow.not-found' },
    });
  });
});

describe('achievements', () => {
  const achievement = { id: 'a', workflow_id: WORKFLOW, contact_id: 'c-1' } as AchievementView;
  const page = pageRequest({ by: 'achieved_at' });
  const ofWorkflow = new ListWorkflowAchievementsHandler(analytics(NOTHING, [achievement]));
  const ofContact = new ListContactAchievementsHandler(analytics(NOTHING, [achievement]));

  it('are listed by workflow and by contact', async () => {
    const items = [achievement];
    expect(await ofWorkflow.execute(new ListWorkflowAchievements(viewer, WORKFLOW, page))).toMatchObject({
      value: { items },
    });
    expect(await ofContact.execute(new ListContactAchievements(viewer, 'c-1', page))).toMatchObject({
      value: { items },
    });
  });

  it('are not found for a workflow or a contact that is not there', async () => {
    expect(await ofWorkflow.execute(new ListWorkflowAchievements(viewer, TENANT, page))).toMatchObject({
      error: { code: 'workflow.not-found' },
    });
    for (const contact of ['c-2', 'a\0b', '', 'x'.repeat(201)]) {
      expect(await ofContact.execute(new ListContactAchievements(viewer, contact, page))).toMatchObject({
        error: { code: 'contact.not-found' },
      });
    }
  });

  it('need analytics:read', async () => {
    expect(await ofWorkflow.execute(new ListWorkflowAchievements(nobody, WORKFLOW, page))).toMatchObject({
      error: { kind: 'forbidden' },
    });
    expect(await ofContact.execute(new ListContactAchievements(nobody, 'c-1', page))).toMatchObject({
      error: { kind: 'forbidden' },
    });
  });
});
