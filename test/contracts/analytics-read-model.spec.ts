import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { GoalType } from '#domain/workflows/goal-type';
import type { AchievementView } from '#application/workflows/achievements';
import {
  AnalyticsReadModel,
  COUNTERS,
  type Counter,
  type WorkflowFigures,
} from '#application/workflows/ports/analytics-read-model';
import { CachedAnalyticsReadModel } from '#adapters/workflows/persistence/cached-analytics-read-model';
import { TestApp } from '../support/app';
import { InMemoryAnalytics } from '../support/fakes/in-memory-analytics';
import { InMemoryCache } from '../support/fakes/in-memory-cache';
import { pageRequest } from '../support/fakes/pages';
import { inDoor } from '../support/in-door';

const HOUR_MS = 3_600_000;
const PERIOD = { from: '2026-01-01', to: '2026-01-31' };

/** One workflow, what its enrollments reached, and a contact `c-0` of each achievement's number. */
const story = () => {
  const ids = { tenant: randomUUID(), workflow: randomUUID(), untouched: randomUUID() };
  const goals = [randomUUID(), randomUUID()] as const;
  const achievements = ['2026-01-02', '2026-01-03', '2026-01-04'].map((day, n): AchievementView => ({
    id: randomUUID(),
    workflow_id: ids.workflow,
    enrollment_id: randomUUID(),
    contact_id: `c/${String(n % 2)}`,
    workflow_goal_id: goals[n % 2] ?? '',
    goal_type: (['form_submitted', 'tag_added'] satisfies GoalType[])[n % 2] ?? 'tag_added',
    achieved_at: `${day}T10:00:00.000Z`,
    recorded_at: `${day}T10:00:01.000Z`,
    trigger_event: { event_id: `evt-${String(n)}` },
    metadata: {},
  }));
  return { ...ids, goals, achievements };
};
type Story = ReturnType<typeof story>;

/** Hours to the goal of ten enrollments: the median by nearest rank is the fifth, the 90th percentile the ninth. */
const HOURS = [100, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const COUNTS: readonly (readonly [day: string, counter: Counter, value: number])[] = [
  ['2025-12-31', 'enrolled', 7],
  ['2026-01-01', 'enrolled', 5],
  ['2026-01-31', 'enrolled', 1],
  ['2026-01-31', 'goals_achieved', 2],
  ['2026-02-01', 'goals_achieved', 8],
  ['2026-02-01', 'ended', 11],
  ['2026-02-01', 'time_to_goal_ms', 145 * HOUR_MS],
  ['2026-02-01', 'tag_added', 3],
];

const NONE = Object.fromEntries(COUNTERS.map((counter) => [counter, 0]));

const FIGURES: WorkflowFigures = {
  totals: { ...NONE, enrolled: 13, goals_achieved: 10, ended: 11, time_to_goal_ms: 145 * HOUR_MS, tag_added: 3 },
  medianHours: 5,
  p90Hours: 9,
  days: {
    '2025-12-31': { enrolled: 7, goalsAchieved: 0 },
    '2026-01-01': { enrolled: 5, goalsAchieved: 0 },
    '2026-01-31': { enrolled: 1, goalsAchieved: 2 },
    '2026-02-01': { enrolled: 0, goalsAchieved: 8 },
  },
};

type Ask = <T>(use: (analytics: AnalyticsReadModel) => Promise<T>, tenantId?: string) => Promise<T>;

const suite = (make: (told: Story) => Promise<Ask>) => {
  const told = story();
  let ask: Ask;
  const ofWorkflow = (filters: Record<string, readonly string[]> = {}, id = told.workflow) =>
    ask((analytics) => analytics.achievementsOfWorkflow(told.tenant, id, pageRequest({ by: 'achieved_at', filters })));
  const ofContact = (contact: string) =>
    ask((analytics) => analytics.achievementsOfContact(told.tenant, contact, pageRequest({ by: 'achieved_at' })));

  beforeAll(async () => {
    ask = await make(told);
  });

  it('lists the achievements of a workflow, the latest first', async () => {
    expect((await ofWorkflow())?.items).toEqual(told.achievements.toReversed());
  });

  it('lists the achievements of a contact by the id its owner knows', async () => {
    const [first, , third] = told.achievements;
    expect((await ofContact('c/0'))?.items).toEqual([third, first]);
    expect(await ofContact('nobody')).toBeNull();
  });

  it('filters by goal type, goal and time', async () => {
    const [first, second, third] = told.achievements;
    expect((await ofWorkflow({ goal_type: ['tag_added'] }))?.items).toEqual([second]);
    expect((await ofWorkflow({ workflow_goal_id: [told.goals[0]] }))?.items).toEqual([third, first]);
    const range = { achieved_after: [second?.achieved_at ?? ''], achieved_before: [third?.achieved_at ?? ''] };
    expect((await ofWorkflow(range))?.items).toEqual([second]);
  });

  it('knows no workflow by a foreign or unknown id', async () => {
    expect(await ofWorkflow({}, randomUUID())).toBeNull();
    const foreign = randomUUID();
    const page = pageRequest({ by: 'achieved_at' });
    expect(
      await ask((analytics) => analytics.achievementsOfWorkflow(foreign, told.workflow, page), foreign),
    ).toBeNull();
    expect(await ask((analytics) => analytics.achievementsOfContact(foreign, 'c/0', page), foreign)).toBeNull();
    expect(await ask((analytics) => analytics.figures(foreign, told.workflow, PERIOD), foreign)).toBeNull();
  });

  it('counts all time in the totals, and the days of the period only', async () => {
    const figures = await ask((analytics) => analytics.figures(told.tenant, told.workflow, PERIOD));
    expect(figures?.totals).toEqual(FIGURES.totals);
    expect(figures?.days).toEqual({
      '2026-01-01': { enrolled: 5, goalsAchieved: 0 },
      '2026-01-31': { enrolled: 1, goalsAchieved: 2 },
    });
  });

  it('takes percentiles by nearest rank', async () => {
    const figures = await ask((analytics) => analytics.figures(told.tenant, told.workflow, PERIOD));
    expect(figures).toMatchObject({ medianHours: 5, p90Hours: 9 });
  });

  it('has no figures of a workflow that nothing happened to', async () => {
    const figures = await ask((analytics) => analytics.figures(told.tenant, told.untouched, PERIOD));
    expect(figures).toEqual({ totals: NONE, medianHours: null, p90Hours: null, days: {} });
  });
};

const inMemory = (told: Story): AnalyticsReadModel => {
  const nothing = { totals: NONE, medianHours: null, p90Hours: null, days: {} };
  return new InMemoryAnalytics({
    tenantId: told.tenant,
    workflows: { [told.workflow]: FIGURES, [told.untouched]: nothing },
    contacts: ['c/0', 'c/1'],
    achievements: told.achievements,
  });
};

describe('analytics in memory', () => {
  suite((told) => {
    const analytics = inMemory(told);
    return Promise.resolve((use) => use(analytics));
  });
});

describe('analytics in memory, cached', () => {
  suite((told) => {
    const rows = inMemory(told);
    const analytics = new CachedAnalyticsReadModel(rows, new InMemoryCache(), 300);
    // What is answered the second time is what was kept the first time.
    return Promise.resolve(async (use) => {
      await use(analytics);
      return use(analytics);
    });
  });
});

describe('analytics in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async (told) => {
    await write(app, told);
    const analytics = app.nest.get<AnalyticsReadModel>(AnalyticsReadModel);
    return (use, tenantId = told.tenant) =>
      inDoor(app, Actor.system([tenantId], 'analytics:read'), () => use(analytics));
  });
});

const write = async (app: TestApp, told: Story): Promise<void> => {
  const { tenant, workflow, untouched, goals, achievements } = told;
  await app.rows(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'shop', now(), now())`, [tenant]);
  for (const id of [workflow, untouched]) {
    await app.rows(
      `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
       VALUES ($1, $2, $3, 'active', 'any', '[]', 1, now(), now())`,
      [tenant, id, `workflow ${id}`],
    );
  }
  for (const [n, goal] of goals.entries()) {
    await app.rows(
      `INSERT INTO workflow_goals (tenant_id, id, workflow_id, goal_type, criteria, criteria_key, is_active, position, version,
         created_at, updated_at)
       VALUES ($1, $2, $3, $4, '{}', '{}', true, $5, 1, now(), now())`,
      [tenant, goal, workflow, n === 0 ? 'form_submitted' : 'tag_added', n + 1],
    );
  }
  const contacts = [randomUUID(), randomUUID()];
  for (const [n, contact] of contacts.entries()) {
    await app.rows(
      'INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at) VALUES ($1, $2, $3, now(), now())',
      [tenant, contact, `c/${String(n)}`],
    );
  }
  for (const [n, hours] of HOURS.entries()) {
    await app.rows(
      `INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, exited_at, exit_reason,
         time_to_goal_ms, created_at)
       VALUES ($1, $2, $3, $4, 'completed_goal', now(), now(), 'goal_achieved', $5, now())`,
      [tenant, achievements[n]?.enrollment_id ?? randomUUID(), workflow, contacts[n % 2], hours * HOUR_MS],
    );
  }
  await app.rows(
    'INSERT INTO workflow_goal_times (tenant_id, workflow_id, tenths_of_hours, enrollments) SELECT $1, $2, h, 1 FROM unnest($3::int[]) AS h',
    [tenant, workflow, HOURS.map((hours) => hours * 10)],
  );
  for (const [n, one] of achievements.entries()) {
    await app.rows(
      `INSERT INTO workflow_goal_achievements (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type,
         achieved_at, recorded_at, event_id, trigger_event)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        tenant,
        one.id,
        workflow,
        one.enrollment_id,
        contacts[n % 2],
        one.workflow_goal_id,
        one.goal_type,
        one.achieved_at,
        one.recorded_at,
        `evt-${String(n)}`,
        one.trigger_event,
      ],
    );
  }
  for (const [day, counter, value] of COUNTS) {
    await app.rows(
      `INSERT INTO workflow_daily_counters (tenant_id, workflow_id, day, ${counter}) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, workflow_id, day) DO UPDATE SET ${counter} = excluded.${counter}`,
      [tenant, workflow, day, value],
    );
  }
};
