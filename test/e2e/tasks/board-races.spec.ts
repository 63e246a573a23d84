import { randomUUID } from 'node:crypto';
import type { TaskView } from '#application/tasks/views';
import { TestApp } from '../../support/app';
import { boardOf, flagsOf, hasCircle, isLive, progressOf } from '../../support/board';
import { GoalStory } from '../../support/goal-story';

const [TASKS, HOT, COMMANDS, CLIENTS, GOALS] = [1000, 12, 5000, 8, 20];

/** The same numbers for the same seed (mulberry32). */
const chance = (seed: number) => (below: number) => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
};

interface Told {
  readonly event_type: string;
  readonly details: {
    readonly task_id?: string;
    readonly status?: string;
    readonly changes?: Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;
  };
}

describe('A board of 1,000 tasks, on which eight clients do 5,000 things at once,', () => {
  let app: TestApp;
  let story: GoalStory;
  const goals: string[] = [];
  const ids: readonly string[] = Array.from({ length: TASKS }, () => randomUUID()).toSorted();
  const answers = new Map<string, number>();

  beforeAll(async () => {
    app = await TestApp.start();
    story = await GoalStory.begin(app);
    for (let n = 0; n < GOALS; n += 1) {
      const task_weighting = n % 2 ? 'count' : 'estimate';
      goals.push((await story.goal({ progress_source: 'tasks', task_weighting })).id);
    }
    await fill();
    const next = chance(20_261_126);
    const each = COMMANDS / CLIENTS;
    await Promise.all(Array.from({ length: CLIENTS }, () => client(next, each)));
  }, 240_000);
  afterAll(() => app.stop());

  /** Each depends on up to two of the twenty before it, and every tenth hangs below one of them. */
  const fill = async (): Promise<void> => {
    await app.rows(
      `INSERT INTO tasks (tenant_id, id, goal_id, parent_task_id, title, status, priority, percent_complete, estimated_hours,
         version, created_at, updated_at)
       SELECT $1, ($2::uuid[])[n], ($3::uuid[])[1 + n % cardinality($3::uuid[])],
         CASE WHEN n % 10 = 0 THEN ($2::uuid[])[n - 5] END, 'task ' || n, 'todo', 'medium', 0, n % 7, 1, date_trunc('milliseconds', now()), now()
       FROM generate_series(1, cardinality($2::uuid[])) n`,
      [story.tenant.id, ids, goals],
    );
    await app.rows(
      `INSERT INTO task_dependencies (tenant_id, task_id, depends_on_id, created_at)
       SELECT $1, ($2::uuid[])[n], ($2::uuid[])[greatest(1, n - step)], now()
       FROM generate_series(2, cardinality($2::uuid[])) n, LATERAL (VALUES (7), (13)) AS far (step)
       WHERE n % 3 <> 0 AND n % 10 <> 0 ON CONFLICT DO NOTHING`,
      [story.tenant.id, ids],
    );
  };

  const client = async (next: (below: number) => number, commands: number): Promise<void> => {
    for (let n = 0; n < commands; n += 1) {
      const { status, text } = await command(next);
      // What somebody else has deleted meanwhile is unknown: 422.
      if (![200, 201, 204, 404, 409, 412, 422].includes(status)) throw new Error(text);
      answers.set(String(status), (answers.get(String(status)) ?? 0) + 1);
    }
  };

  const versions = new Map(ids.map((id) => [id, 1]));

  /** What is known of a version may be stale: then the answer says which it is. */
  const guarded = async (method: 'PATCH' | 'DELETE', id: string, body?: object) => {
    const version = versions.get(id)!;
    const answer = await story.ask(method, `/tasks/${id}`, body, { role: 'Admin', version });
    if (answer.status === 412) versions.set(id, Number(answer.body.current_version));
    if (answer.status === 200) versions.set(id, Number(answer.body.version));
    return answer;
  };

  /** Half of it all is about a dozen tasks, where everybody is in everybody's way. */
  const somewhere = (next: (below: number) => number): string => ids[next(2) ? next(HOT) : next(TASKS)]!;

  const command = async (next: (below: number) => number) => {
    const [id, other] = [somewhere(next), somewhere(next)];
    const kind = next(20);
    if (kind < 10) {
      const to = ['in_progress', 'completed', 'completed', 'todo', 'cancelled', 'blocked'][next(6)]!;
      return story.ask('POST', `/tasks/${id}/transitions`, { to, reason: 'why' }, { role: 'Editor' });
    }
    if (kind < 12) return story.ask('POST', `/tasks/${id}/dependencies`, { depends_on_id: other }, { role: 'Editor' });
    if (kind < 14) {
      const [edge] = await app.rows<{ on: string }>(
        'SELECT depends_on_id AS on FROM task_dependencies WHERE tenant_id = $1 AND task_id = $2 LIMIT 1',
        [story.tenant.id, id],
      );
      return story.ask('DELETE', `/tasks/${id}/dependencies/${edge?.on ?? other}`, undefined, { role: 'Editor' });
    }
    if (kind < 16) return guarded('PATCH', id, { percent_complete: next(101), estimated_hours: next(9) });
    if (kind < 17) return guarded('PATCH', id, { parent_task_id: next(2) ? other : null });
    if (kind < 18) return guarded('PATCH', id, { goal_id: goals[next(GOALS)] });
    if (kind < 19) return guarded('DELETE', id);
    return story.ask('POST', `/tasks/${id}/restore`);
  };

  it('lets nothing wait for itself', async () => {
    expect(answers.get('200')).toBeGreaterThan(COMMANDS / 10);
    expect(answers.get('409')).toBeGreaterThan(COMMANDS / 10);
    expect(hasCircle(await boardOf(app, story.tenant.id))).toBe(false);
  });

  it('lets nothing start or end before what it depends on', async () => {
    const board = await boardOf(app, story.tenant.id);
    const [status, edges] = [new Map(ids.map((id) => [id, 'todo'])), new Map(ids.map((id) => [id, new Set<string>()]))];
    const gone = new Set<string>();
    for (let n = 2; n <= TASKS; n += 1) {
      if (n % 3 === 0 || n % 10 === 0) continue;
      for (const step of [7, 13]) edges.get(ids[n - 1]!)!.add(ids[Math.max(1, n - step) - 1]!);
    }
    const rows = await app.rows<{ message: string }>('SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id', [
      story.tenant.id,
    ]);
    let started = 0;
    for (const { event_type, details } of rows.map(({ message }) => JSON.parse(message) as Told)) {
      const id = details.task_id;
      if (id === undefined) continue;
      if (event_type === 'task.deleted') gone.add(id);
      if (event_type === 'task.restored') gone.delete(id);
      const { dependencies, status: passed } = details.changes ?? {};
      if (dependencies) edges.set(id, new Set(dependencies.new as string[]));
      if (!passed) continue;
      status.set(id, String(passed.new));
      if (!['in_progress', 'completed'].includes(String(passed.new))) continue;
      started += 1;
      const early = [...edges.get(id)!].filter(
        (on) => !gone.has(on) && !['completed', 'cancelled'].includes(status.get(on)!),
      );
      expect(early).toEqual([]);
    }
    expect(started).toBeGreaterThan(COMMANDS / 50);
    // What was replayed is what is there, or the replay would prove nothing.
    expect(status).toEqual(new Map([...board.tasks.values()].map((task) => [task.id, task.status])));
    const sorted = (all: Iterable<readonly [string, Iterable<string>]>) =>
      new Map([...all].map(([id, on]) => [id, [...on].toSorted()]));
    expect(sorted(edges)).toEqual(sorted(board.dependencies));
  });

  it('shows of each task, and of each goal, what a recomputation from the bare rows gives', async () => {
    const board = await boardOf(app, story.tenant.id);
    const shown = new Map<string, object>();
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: TaskView[]; next_cursor: string | null } = await story.must(
        ...([200, 'GET', `/tasks?limit=200${cursor && `&cursor=${cursor}`}`] as const),
      );
      for (const { id, blocked_by, is_blocked, is_ready } of page.items)
        shown.set(id, { blocked_by: blocked_by.toSorted(), is_blocked, is_ready });
      cursor = page.next_cursor;
    }
    const live = [...board.tasks.values()].filter(isLive);
    expect(shown).toEqual(new Map(live.map((task) => [task.id, flagsOf(board, task)])));
    expect([...board.goals.values()].map((goal) => goal.progress)).toEqual(
      [...board.goals.values()].map((goal) => progressOf(board, goal)),
    );
  });
});
