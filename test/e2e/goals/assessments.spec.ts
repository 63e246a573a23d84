import type { AssessmentView } from '#application/goals/assessment-views';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
  story = await GoalStory.begin(app, 'Editor');
});
afterAll(() => app.stop());

const assess = (goal: string, body: object) =>
  story.must<AssessmentView>(201, 'POST', `/goals/${goal}/assessments`, body);
const list = (goal: string, query = '') => story.page<AssessmentView>(`/goals/${goal}/assessments${query}`);
const faultsOf = async (goal: string, body: object) => {
  const answer = await story.ask('POST', `/goals/${goal}/assessments`, body);
  return [answer.status, (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer)];
};

describe('An assessment', () => {
  it('is kept as the caller’s, and shown by its goal without a new version', async () => {
    const { id } = await story.goal();
    const made = await assess(id, { status: 'Completed', score: 80, notes: 'Well on the way.' });
    expect(made).toMatchObject({
      ...{ goal_id: id, status: 'completed', score: 80, notes: 'Well on the way.' },
      ...{ assessor_id: story.tenant.userId, assessed_at: made.created_at },
    });
    expect(await story.read(id)).toMatchObject({
      ...{ assessment_status: 'completed', assessment_score: 80, assessment_notes: 'Well on the way.' },
      ...{ last_assessment_date: made.assessed_at, version: 1 },
    });
    expect(await story.page(`/goals/${id}/assessments/${made.id}`)).toEqual(made);
  });

  it('says where it can be read', async () => {
    const { id } = await story.goal();
    const { headers, body } = await story.ask('POST', `/goals/${id}/assessments`, { status: 'pending' });
    expect(headers.location).toBe(`/api/v1/goals/${id}/assessments/${String(body.id)}`);
  });

  it('needs a score when it is completed, and lies not in the future', async () => {
    const { id } = await story.goal();
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await faultsOf(id, { status: 'completed', assessed_at: later })).toEqual([422, ['/score', '/assessed_at']]);
    expect(await faultsOf(id, { status: 'completed', score: null })).toEqual([422, ['/score']]);
    for (const score of [-1, 101, 50.5, '50'])
      expect(await faultsOf(id, { status: 'completed', score })).toEqual([422, ['/score']]);
    expect(await list(id)).toMatchObject({ total: 0 });
    expect(await story.read(id)).toMatchObject({ assessment_status: 'pending', last_assessment_date: null });
    await assess(id, { status: 'failed' });
  });

  it('can be made of a closed goal and of one whose target date has passed, but not of a deleted one', async () => {
    const { id } = await story.goal({ target_date: '2020-12-31' });
    await assess(id, { status: 'in_progress' });
    await story.must(200, 'POST', `/goals/${id}/transitions`, { to: 'achieved' });
    await assess(id, { status: 'completed', score: 100 });
    expect(await story.read(id)).toMatchObject({ status: 'achieved', assessment_score: 100 });
    await story.discard(id);
    await story.must(404, 'POST', `/goals/${id}/assessments`, { status: 'pending' });
    await story.must(404, 'GET', `/goals/${id}/assessments`);
  });

  it('leaves the latest one shown when it is older itself', async () => {
    const { id } = await story.goal();
    await assess(id, { status: 'completed', score: 70, assessed_at: '2026-03-01T00:00:00Z' });
    await assess(id, { status: 'failed', assessed_at: '2026-02-01T00:00:00Z' });
    expect(await story.read(id)).toMatchObject({
      ...{ assessment_status: 'completed', assessment_score: 70, last_assessment_date: '2026-03-01T00:00:00.000Z' },
    });
  });

  it('replaces one of the same time', async () => {
    const { id } = await story.goal();
    const at = { assessed_at: '2026-03-01T00:00:00Z' };
    await assess(id, { status: 'completed', score: 70, notes: 'first', ...at });
    await assess(id, { status: 'failed', ...at });
    expect(await story.read(id)).toMatchObject({
      ...{ assessment_status: 'failed', assessment_score: null, assessment_notes: null },
    });
  });

  it('that is the latest stands, however many come at once', async () => {
    const { id } = await story.goal();
    const scores = Array.from({ length: 30 }, (_, n) => (n * 7) % 30);
    await Promise.all(
      scores.map((score) =>
        assess(id, { status: 'completed', score, assessed_at: `2026-03-01T00:00:${String(score).padStart(2, '0')}Z` }),
      ),
    );
    expect(await story.read(id)).toMatchObject({ assessment_score: 29, version: 1 });
    expect(await list(id)).toMatchObject({ total: 30 });
  });

  it('keeps an edit of the same goal at the same time from nothing', async () => {
    const { id } = await story.goal();
    const edit = story.ask('PATCH', `/goals/${id}`, { name: 'Another name' }, { version: 1 });
    const [edited] = await Promise.all([edit, assess(id, { status: 'completed', score: 5 })]);
    expect(edited.status).toBe(200);
    expect(await story.read(id)).toMatchObject({ name: 'Another name', assessment_score: 5, version: 2 });
  });
});

describe('The assessments of a goal', () => {
  it('are listed by their time or by when they were written down, and by status', async () => {
    const { id } = await story.goal();
    const first = await assess(id, { status: 'failed', assessed_at: '2026-03-01T00:00:00Z' });
    const second = await assess(id, { status: 'completed', score: 1, assessed_at: '2026-02-01T00:00:00Z' });
    expect((await list(id)).items).toEqual([first, second]);
    expect((await list(id, '?sort=-created_at')).items).toEqual([second, first]);
    expect((await list(id, '?status=completed')).items).toEqual([second]);
    const { next_cursor: cursor } = await list(id, '?limit=1');
    expect((await list(id, `?limit=1&cursor=${String(cursor)}`)).items).toEqual([second]);
  });
});

describe('Of an assessment', () => {
  it('is told what it found and of which goal', async () => {
    const { id, name } = await story.goal({ priority: 'critical' });
    const made = await assess(id, { status: 'completed', score: 80 });
    const told = await story.told({ goal: id, type: 'goal.assessed' });
    expect(told).toMatchObject([
      {
        user_id: story.tenant.userId,
        version: 1,
        details: {
          ...{ name, goal_type: 'tactical', priority: 'critical', status: 'active' },
          ...{ assessment_id: made.id, assessment_status: 'completed', assessment_score: 80 },
          assessed_at: made.assessed_at,
        },
      },
    ]);
  });

  it('the audit log holds what was written down, and what the goal shows since then', async () => {
    const { id } = await story.goal();
    const made = await assess(id, { status: 'completed', score: 80, assessed_at: '2026-03-01T00:00:00Z' });
    const older = await assess(id, { status: 'failed', assessed_at: '2026-02-01T00:00:00Z' });
    const rows = await app.rows(
      `SELECT actor_id, entity_type, changes FROM audit_log WHERE entity_id = $1 AND action = 'goal.assessed'
       ORDER BY occurred_at, id`,
      [id],
    );
    expect(rows).toEqual([
      {
        ...{ actor_id: story.tenant.userId, entity_type: 'goal' },
        changes: {
          assessment: {
            old: null,
            new: {
              ...{ id: made.id, status: 'completed', score: 80, notes: null },
              assessed_at: '2026-03-01T00:00:00.000Z',
            },
          },
          assessment_status: { old: 'pending', new: 'completed' },
          assessment_score: { old: null, new: 80 },
          last_assessment_date: { old: null, new: '2026-03-01T00:00:00.000Z' },
        },
      },
      {
        ...{ actor_id: story.tenant.userId, entity_type: 'goal' },
        changes: { assessment: { old: null, new: expect.objectContaining({ id: older.id }) as object } },
      },
    ]);
  });
});
