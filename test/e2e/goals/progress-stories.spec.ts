import fc from 'fast-check';
import { PROGRESS_SOURCES } from '#domain/goals/words';
import { TestApp, type Answer, type Method } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

interface Kept {
  readonly id: string;
  readonly parent_goal_id: string | null;
  readonly progress_source: string;
  readonly status: string;
  readonly weight: number;
  readonly progress: number | null;
}
interface Entry {
  readonly id: string;
  readonly goal_id: string;
  readonly origin: string;
  readonly progress: number;
  readonly effective_at: Date;
  readonly recorded_at: Date;
  readonly corrects: string | null;
}

/** The order in which the last one that nothing corrects is the current one. */
const byTime = (one: Entry, other: Entry): number => {
  const [a, b] = [one, other].map((entry) => [entry.effective_at.getTime(), entry.recorded_at.getTime()] as const);
  return a![0] - b![0] || a![1] - b![1] || (one.id < other.id ? -1 : 1);
};

/** What every goal should say, from the bare facts: entries, statuses, weights and who hangs below whom. */
const naive = (goals: readonly Kept[], entries: readonly Entry[]) => {
  const corrected = new Set(entries.map(({ corrects }) => corrects));
  const of = (goal: Kept): number | null => {
    const own = entries.filter(({ id, goal_id }) => goal_id === goal.id && !corrected.has(id)).toSorted(byTime);
    if (goal.progress_source === 'manual') return own.at(-1)?.progress ?? 0;
    if (goal.progress_source === 'tasks') return null;
    let [over, under] = [0n, 0n];
    for (const child of goals.filter(({ parent_goal_id }) => parent_goal_id === goal.id)) {
      const progress = child.status === 'achieved' ? 1_000_000 : of(child);
      if (child.status === 'draft' || child.status === 'abandoned' || progress === null) continue;
      const weight = BigInt(Math.round(child.weight * 1_000));
      over += weight * BigInt(progress);
      under += weight;
    }
    if (under === 0n) return null;
    const [whole, rest] = [over / under, over % under];
    const rounded = Number(whole) + (rest * 2n >= under ? 1 : 0);
    return rounded === 1_000_000 && rest > 0n ? 999_999 : rounded;
  };
  return new Map(goals.map((goal) => [goal.id, of(goal)]));
};

const KINDS = [
  'create',
  'report',
  'correct',
  'source',
  'weight',
  'move',
  'end',
  'reopen',
  'delete',
  'restore',
] as const;
type Kind = (typeof KINDS)[number];

interface Step {
  readonly kind: Kind;
  /** Which goals, entries, words and numbers it is about, each taken modulo how many there are. */
  readonly a: number;
  readonly b: number;
  readonly value: number;
}

const WEIGHTS = [0, 0.001, 0.5, 1, 2.333, 1000];
const ON_CHILDREN = ['refuse', 'leave', 'cascade'];
const ENDS = ['achieved', 'missed', 'abandoned', 'on_hold'];

const accepted = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));

/** A tenant whose goals are changed at random. */
class Teller {
  private readonly made: string[] = [];
  /** The entries that were answered, and what they said. */
  readonly reported = new Map<string, number>();
  private readonly deleted: string[] = [];
  private readonly ofGoal: (readonly [goal: string, entry: string])[] = [];

  constructor(private readonly story: GoalStory) {}

  async take(step: Step): Promise<void> {
    const answer = await this.ask(step);
    if (!answer) return;
    if (answer.status >= 500 || answer.status === 400) throw new Error(answer.text);
    if (answer.status < 300) accepted.set(step.kind, accepted.get(step.kind)! + 1);
    if (step.kind === 'create' && answer.status === 201) this.made.push(String(answer.body.id));
    if (/report|correct/.test(step.kind) && answer.status === 201) {
      this.reported.set(String(answer.body.id), step.value);
      this.ofGoal.push([String(answer.body.goal_id), String(answer.body.id)]);
    }
  }

  private async ask({ kind, a, b, value }: Step): Promise<Answer | undefined> {
    const parent = this.made[b % (this.made.length + 1)] ?? null;
    if (kind === 'create') {
      const more = { weight: pick(WEIGHTS, value), status: value % 7 === 0 ? 'draft' : 'active' };
      const progress_source = pick(PROGRESS_SOURCES, a);
      const body = { name: 'goal', goal_type: 'tactical', parent_goal_id: parent, progress_source, ...more };
      return this.story.ask('POST', '/goals', body);
    }
    if (this.made.length === 0) return undefined;
    const goal = pick(this.made, a);
    const at = { effective_at: new Date(Date.now() - (b % 5) * 86_400_000).toISOString() };
    const percentage = value / 10_000;
    const asked: Readonly<Record<Exclude<Kind, 'create'>, () => Promise<Answer | undefined>>> = {
      report: () => this.post(goal, 'progress', { percentage, ...at }),
      correct: async () => {
        if (this.ofGoal.length === 0) return undefined;
        const [of, corrects] = pick(this.ofGoal, b);
        return this.post(of, 'progress', { percentage, corrects });
      },
      source: () => this.change('PATCH', goal, { progress_source: pick(PROGRESS_SOURCES, b) }),
      weight: () => this.change('PATCH', goal, { weight: pick(WEIGHTS, b) }),
      move: () => this.change('PATCH', goal, { parent_goal_id: parent }),
      end: () =>
        this.post(goal, 'transitions', { to: pick(ENDS, b), reason: 'so', on_children: pick(ON_CHILDREN, value) }),
      reopen: () => this.post(goal, 'transitions', { to: 'active', reason: 'so' }),
      delete: () => {
        this.deleted.push(goal);
        return this.change('DELETE', `${goal}?on_children=${pick(ON_CHILDREN, b)}`);
      },
      restore: async () => (this.deleted.length > 0 ? this.post(pick(this.deleted, a), 'restore') : undefined),
    };
    return asked[kind]();
  }

  private post(goal: string, action: string, body?: object): Promise<Answer> {
    return this.story.ask('POST', `/goals/${goal}/${action}`, body);
  }

  private async change(method: Method, goal: string, body?: object): Promise<Answer> {
    const { body: seen } = await this.story.ask<{ version?: number }>('GET', `/goals/${goal.replace(/\?.*/, '')}`);
    return this.story.ask(method, `/goals/${goal}`, body, { version: seen.version ?? 1 });
  }
}

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

const number = fc.nat({ max: 1_000_000 });
/** First a tree to play with, then anything. */
const steps = fc.tuple(
  fc.array(fc.record({ kind: fc.constant('create' as const), a: number, b: number, value: number }), {
    minLength: 6,
    maxLength: 10,
  }),
  fc.array(
    fc.record({ kind: fc.constantFrom<Kind>(...KINDS, 'report', 'report'), a: number, b: number, value: number }),
    {
      minLength: 15,
      maxLength: 40,
    },
  ),
);

describe('Whatever is done to a tree of goals', () => {
  it('each says after every step what a naive recomputation of the whole tree says', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async ([first, then]) => {
        const story = await GoalStory.begin(app);
        const teller = new Teller(story);
        for (const step of [...first, ...then]) {
          await teller.take(step);
          const [goals, entries] = [await goalsOf(story), await entriesOf(story)];
          const kept = new Map(goals.map(({ id, progress }) => [id, progress]));
          expect({ step, kept }).toEqual({ step, kept: naive(goals, entries) });
          const reported = entries.filter(({ origin }) => origin === 'reported');
          expect(new Map(reported.map(({ id, progress }) => [id, progress]))).toEqual(teller.reported);
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    // Every kind of change has really taken place.
    expect([...accepted].filter(([, times]) => times === 0)).toEqual([]);
  }, 120_000);
});

const goalsOf = (story: GoalStory): Promise<Kept[]> =>
  app.rows<Kept & Record<string, unknown>>(
    `SELECT id, parent_goal_id, progress_source, status, weight, progress FROM goals
     WHERE tenant_id = $1 AND deleted_at IS NULL`,
    [story.tenant.id],
  );

const entriesOf = (story: GoalStory): Promise<Entry[]> =>
  app.rows<Entry & Record<string, unknown>>(
    `SELECT id, goal_id, origin, progress, effective_at, recorded_at, corrects FROM goal_progress WHERE tenant_id = $1`,
    [story.tenant.id],
  );
