import { randomUUID } from 'node:crypto';
import type { AnalysisView, StatusSummaryView } from '#application/goals/insight-views';
import { ASSESSMENT_STATUSES, GOAL_STATUSES, HEALTHS, PRIORITIES } from '#domain/goals/words';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
  story = await GoalStory.begin(app, 'Editor');
});
afterAll(() => app.stop());

const DAY = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
const summary = (id: string) => story.page<never>(`/goals/${id}/status-summary`) as Promise<unknown>;
const summaryOf = async (id: string) => (await summary(id)) as StatusSummaryView;
const analysisOf = async (id: string) =>
  (await (story.page<never>(`/goals/${id}/analysis`) as Promise<unknown>)) as AnalysisView;

describe('The status summary of a goal', () => {
  it('has the keys of source document 000, and health', async () => {
    const { id, updated_at } = await story.goal({
      strategic_alignment: 'high',
      start_date: inDays(-1),
      target_date: inDays(10.5),
    });
    expect(await summaryOf(id)).toEqual({
      goal_id: id,
      status: 'active',
      progress_percentage: 0,
      days_until_target: 10,
      assessment_score: null,
      risk_level: 'medium',
      strategic_alignment: 'high',
      business_value: null,
      linked_elements_count: 0,
      last_updated: updated_at,
      health: 'on_track',
    });
  });

  it('counts days below zero once the target date has passed, and the goal can still be read', async () => {
    const { id } = await story.goal({ start_date: inDays(-9), target_date: inDays(-1.5) });
    expect(await summaryOf(id)).toMatchObject({ days_until_target: -2, health: 'off_track' });
    expect(await story.read(id)).toMatchObject({ status: 'active', health: 'off_track' });
    expect((await story.page<{ id: string }>('/goals')).items.map((goal) => goal.id)).toContain(id);
  });

  it('knows no days without a target date', async () => {
    const { id } = await story.goal();
    expect(await summaryOf(id)).toMatchObject({ days_until_target: null, health: 'insufficient_data' });
  });

  it('counts an element once, however many links lead to it', async () => {
    const { id } = await story.goal();
    const [one, other] = [randomUUID(), randomUUID()];
    for (const [element, type] of [
      [one, 'realizes'],
      [one, 'supports'],
      [other, 'supports'],
    ] as const)
      await story.must(201, 'POST', `/goals/${id}/links`, {
        linked_element_id: element,
        linked_element_type: 'Capability',
        link_type: type,
      });
    expect(await summaryOf(id)).toMatchObject({ linked_elements_count: 2 });
  });

  it('was last updated by an assessment, too', async () => {
    const { id } = await story.goal();
    const made = await story.must(201, 'POST', `/goals/${id}/assessments`, { status: 'completed', score: 60 });
    expect(await summaryOf(id)).toMatchObject({ assessment_score: 60, last_updated: made.assessed_at });
  });
});

describe('The analysis of a goal', () => {
  it('has five scores, the overall health of source document 000, and what to look at', async () => {
    const { id } = await story.goal({
      ...{ priority: 'high', risk_level: 'low', strategic_alignment: 'high', business_value: 'low' },
      ...{ start_date: inDays(-50), target_date: inDays(50) },
    });
    const { last_analyzed, overall_health_score, attention_score, ...rest } = await analysisOf(id);
    expect(rest).toEqual({
      goal_id: id,
      priority_score: 0.75,
      progress_score: 0,
      risk_score: 0.25,
      strategic_alignment_score: 1,
      business_value_score: 1 / 3,
      health: 'off_track',
    });
    expect(overall_health_score).toBeCloseTo((0.75 + 0 + 0.75 + 1 + 1 / 3) / 5);
    expect(attention_score).toBeCloseTo((1 / 3) * 0.75 * 0.5);
    expect(Date.parse(last_analyzed)).not.toBeNaN();
  });

  it('asks for more attention to a critical goal at 0 % than to a low one, and gives it no better health', async () => {
    const dates = { start_date: inDays(-50), target_date: inDays(50) };
    const scores: AnalysisView[] = [];
    for (const priority of PRIORITIES) scores.push(await analysisOf((await story.goal({ ...dates, priority })).id));
    const attention = scores.map(({ attention_score }) => Number(attention_score));
    expect(attention).toEqual([...new Set(attention)].sort((one, other) => one - other));
    expect(new Set(scores.map(({ health }) => health))).toEqual(new Set(['off_track']));
  });

  it('has no attention score without a target date', async () => {
    expect(await analysisOf((await story.goal()).id)).toMatchObject({ attention_score: null, progress_score: 0 });
  });
});

describe('The vocabulary', () => {
  it('is not read as the id of a goal', async () => {
    const answer = await story.ask('GET', '/goals/vocabulary', undefined, { role: 'Viewer' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: GOAL_STATUSES,
      health: HEALTHS,
      assessment_status: ASSESSMENT_STATUSES,
      transitions: { draft: ['active', 'abandoned'] },
    });
  });

  it('has every enumeration that the document knows of a goal', async () => {
    const words = (await story.ask<Record<string, readonly string[]>>('GET', '/goals/vocabulary')).body;
    const { components } = (
      await app.ask<{ components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }> }> } }>(
        'GET',
        '//docs-json',
      )
    ).body;
    const shown = Object.entries(components.schemas.Goal!.properties).filter(([, property]) => property.enum);
    expect(shown.length).toBeGreaterThan(5);
    for (const [name, property] of shown) expect({ name, words: words[name] }).toEqual({ name, words: property.enum });
  });
});
