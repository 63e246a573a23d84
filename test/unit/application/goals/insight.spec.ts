import { GetGoalAnalysis, GetGoalAnalysisHandler } from '#application/goals/queries/get-goal-analysis';
import { GetGoalTree, GetGoalTreeHandler } from '#application/goals/queries/get-goal-tree';
import { GetGoalVocabulary, GetGoalVocabularyHandler } from '#application/goals/queries/get-goal-vocabulary';
import { GetStatusSummary, GetStatusSummaryHandler } from '#application/goals/queries/get-status-summary';
import { InMemoryGoalOverview } from '../../../support/fakes/in-memory-goal-overview';
import { expectOk } from '../../../support/results';
import { World } from './world';

const DAY = 86_400_000;
const FORBIDDEN = { ok: false, error: { kind: 'forbidden' } };
const NO_GOAL = { ok: false, error: { code: 'goal.not-found' } };
const ALL = { depth: 10, limit: 50, after: null };

const begin = () => {
  const world = new World();
  const overview = new InMemoryGoalOverview(world.goals);
  const day = (days: number) => new Date(world.clock.now().getTime() + days * DAY);
  const handlers = {
    summary: new GetStatusSummaryHandler(world.goals, overview, world.clock),
    analysis: new GetGoalAnalysisHandler(world.goals, world.clock),
    tree: new GetGoalTreeHandler(overview, world.clock),
  };
  return { world, overview, day, ...handlers };
};

describe('the status summary', () => {
  it('goes with the clock', async () => {
    const { world, day, summary } = begin();
    const id = await world.goal({ startDate: day(0), targetDate: day(10) });
    const read = async () => expectOk(await summary.execute(new GetStatusSummary(world.as('Viewer'), id)));
    expect(await read()).toMatchObject({ days_until_target: 10, health: 'on_track' });
    world.clock.forward(4.5 * DAY);
    expect(await read()).toMatchObject({ days_until_target: 5, health: 'off_track' });
    world.clock.forward(6 * DAY);
    expect(await read()).toMatchObject({ days_until_target: -1, health: 'off_track' });
  });

  it('counts the elements a goal is linked with', async () => {
    const { world, overview, summary } = begin();
    const id = await world.goal();
    for (const elementId of ['e-1', 'e-1', 'e-2']) overview.links.push({ goalId: id, elementId });
    const answer = await summary.execute(new GetStatusSummary(world.admin, id));
    expect(answer).toMatchObject({ value: { linked_elements_count: 2, days_until_target: null } });
  });

  it('was last updated by what came last: a change, progress or an assessment', async () => {
    const { world, summary } = begin();
    const id = await world.goal();
    const made = world.clock.now();
    const with_ = async (lastProgressUpdate: Date | null, lastAssessmentDate: Date | null) => {
      const [state] = world.goals.live(world.tenantId);
      world.goals.rows.put({ ...state!, lastProgressUpdate, lastAssessmentDate });
      return expectOk(await summary.execute(new GetStatusSummary(world.admin, id))).last_updated;
    };
    const [before, after, later] = [-1, 1, 2].map((ms) => new Date(made.getTime() + ms)) as [Date, Date, Date];
    expect(await with_(null, before)).toBe(made.toISOString());
    expect(await with_(after, before)).toBe(after.toISOString());
    expect(await with_(after, later)).toBe(later.toISOString());
  });
});

describe('the analysis', () => {
  it('is of now', async () => {
    const { world, day, analysis } = begin();
    const id = await world.goal({ startDate: day(-50), targetDate: day(50), businessValue: 'high' });
    expect(expectOk(await analysis.execute(new GetGoalAnalysis(world.as('Viewer'), id)))).toEqual({
      goal_id: id,
      priority_score: 0.5,
      progress_score: 0,
      risk_score: 0.5,
      strategic_alignment_score: 0.5,
      business_value_score: 1,
      overall_health_score: 0.5,
      attention_score: 0.25,
      health: 'off_track',
      last_analyzed: world.clock.now().toISOString(),
    });
  });
});

describe('the tree', () => {
  it('shows each goal with its depth and the number of goals right below it', async () => {
    const { world, tree } = begin();
    const root = await world.goal({ name: 'root' });
    const child = await world.goal({ name: 'child', parentGoalId: root });
    await world.goal({ name: 'grandchild', parentGoalId: child });
    const { items, last } = expectOk(await tree.execute(new GetGoalTree(world.as('Viewer'), root, ALL)));
    expect(items).toMatchObject([
      { name: 'root', depth: 1, children_count: 1, health: 'insufficient_data' },
      { name: 'child', depth: 2, children_count: 1, parent_goal_id: root },
      { name: 'grandchild', depth: 3, children_count: 0 },
    ]);
    expect(last).toBeNull();
    expect(items.filter((item) => 'path' in item || 'holds' in item)).toEqual([]);
  });
});

it('What is seen of a goal is refused to who may not read it, and of what is not there', async () => {
  const { world, summary, analysis, tree } = begin();
  const id = await world.goal();
  for (const [actor, refusal] of [
    [world.nobody, FORBIDDEN],
    [world.stranger, NO_GOAL],
  ] as const) {
    expect(await summary.execute(new GetStatusSummary(actor, id))).toMatchObject(refusal);
    expect(await analysis.execute(new GetGoalAnalysis(actor, id))).toMatchObject(refusal);
    expect(await tree.execute(new GetGoalTree(actor, id, ALL))).toMatchObject(refusal);
  }
});

it('The vocabulary is for whoever may read goals', async () => {
  const { world } = begin();
  const handler = new GetGoalVocabularyHandler();
  expect(expectOk(await handler.execute(new GetGoalVocabulary(world.as('Viewer'))))).toMatchObject({
    priority: ['low', 'medium', 'high', 'critical'],
  });
  expect(await handler.execute(new GetGoalVocabulary(world.nobody))).toMatchObject(FORBIDDEN);
});
