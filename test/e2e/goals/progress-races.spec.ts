import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
beforeAll(async () => {
  // They wait for each other, and for a busy machine: what is shown is that all are taken, not how soon.
  app = await TestApp.start({ EVENT_PROCESSING_TIMEOUT_MS: '25000' });
});
afterAll(() => app.stop());

interface Kept {
  readonly id: string;
  readonly parent_goal_id: string | null;
  readonly progress: number | null;
  readonly weight: number;
  readonly progress_source: string;
}

const goal = async (story: GoalStory, parent: string | null, more: object = {}): Promise<string> => {
  const { id } = await story.goal({ parent_goal_id: parent, ...more });
  return id;
};

/** Every goal whose stored progress is not the weighed mean of what stands below it. */
const outOfStep = async (story: GoalStory): Promise<string[]> => {
  const goals = await app.rows<Kept>(
    'SELECT id, parent_goal_id, progress, weight, progress_source FROM goals WHERE tenant_id = $1 AND deleted_at IS NULL',
    [story.tenant.id],
  );
  return goals
    .filter(({ progress_source }) => progress_source === 'children')
    .filter(({ id, progress }) => {
      const children = goals.filter((one) => one.parent_goal_id === id && one.progress !== null);
      const whole = children.reduce((sum, one) => sum + one.weight, 0);
      const reached = children.reduce((sum, one) => sum + one.weight * one.progress!, 0);
      return progress !== (whole === 0 ? null : Math.floor(reached / whole + 0.5));
    })
    .map(({ id }) => id);
};

/** Two branches with four leaves each below one root; weights are whole, so that sums are exact. */
const tree = async (story: GoalStory) => {
  const root = await goal(story, null, { progress_source: 'children' });
  const branches = [
    await goal(story, root, { progress_source: 'children', weight: 2 }),
    await goal(story, root, { progress_source: 'children', weight: 5 }),
  ];
  const leaves: string[] = [];
  for (let n = 0; n < 8; n += 1) leaves.push(await goal(story, branches[n % 2]!, { weight: n + 1 }));
  return { root, branches, leaves };
};

const report = (story: GoalStory, leaf: string, percentage: number) =>
  story.ask('POST', `/goals/${leaf}/progress`, { percentage });

/** What each leaf says must be its entry of the latest time. */
const leavesOutOfStep = (story: GoalStory) =>
  app.rows(
    `SELECT g.id FROM goals g, LATERAL (
       SELECT progress FROM goal_progress p WHERE p.tenant_id = g.tenant_id AND p.goal_id = g.id
       ORDER BY effective_at DESC, recorded_at DESC, id DESC LIMIT 1) e
     WHERE g.tenant_id = $1 AND g.progress_source = 'manual' AND g.progress <> e.progress`,
    [story.tenant.id],
  );

describe('100 reports into one tree at once', () => {
  it('are all taken, without a deadlock, and leave the exact value at the root', async () => {
    const story = await GoalStory.begin(app);
    const { root, leaves } = await tree(story);
    const asked = Array.from({ length: 100 }, (_, n) =>
      report(story, leaves[n % 8]!, ((n * 371_234) % 1_000_000) / 10_000),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(await outOfStep(story)).toEqual([]);
    expect(await leavesOutOfStep(story)).toEqual([]);
    const entries = await app.rows<{ count: number }>(
      `SELECT count(*)::integer AS count FROM goal_progress WHERE tenant_id = $1 AND origin = 'reported'`,
      [story.tenant.id],
    );
    expect(entries[0]?.count).toBe(100);
    const { body } = await story.ask('GET', `/goals/${root}/progress/explain`);
    expect(body.percentage).toBe((await story.ask('GET', `/goals/${root}`)).body.progress_percentage);
  });

  it('stay exact while branches move, weights change, and goals end and come back', async () => {
    const story = await GoalStory.begin(app);
    const { root, branches, leaves } = await tree(story);
    const other = await goal(story, null, { progress_source: 'children' });
    const changes = [0, 1, 2, 3].flatMap((n) => [
      story.patch(branches[0]!, { parent_goal_id: n % 2 === 0 ? other : root }),
      story.patch(branches[1]!, { weight: n + 1 }),
      story.patch(leaves[n]!, { weight: 10 + n }),
      story.ask('POST', `/goals/${leaves[7]!}/transitions`, { to: n % 2 === 0 ? 'on_hold' : 'active', reason: 'so' }),
    ]);
    const reports = Array.from({ length: 60 }, (_, n) =>
      report(story, leaves[n % 7]!, ((n * 133_700) % 1_000_000) / 10_000),
    );
    const answers = await Promise.all([...reports, ...changes]);
    // Editors of one goal at once may be told 412, a transition that came too late 409; nobody is told of a deadlock.
    expect(answers.slice(0, 60).filter(({ status }) => status !== 201)).toEqual([]);
    expect(answers.slice(60).filter(({ status }) => ![200, 409, 412].includes(status))).toEqual([]);
    expect(answers.slice(60).some(({ status }) => status === 200)).toBe(true);
    expect(await outOfStep(story)).toEqual([]);
    expect(await leavesOutOfStep(story)).toEqual([]);
  });
});
