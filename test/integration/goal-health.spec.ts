import * as fc from 'fast-check';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { healthOf, type HealthFacts } from '#domain/goals/health';
import { COMPLETE } from '#domain/goals/percentage';
import { GOAL_STATUSES, HEALTHS, isOpen, MEASUREMENT_FREQUENCIES } from '#domain/goals/words';
import { ListGoalsGoneOffTrack } from '#application/goals/contract';
import { Door } from '#application/shared/door';
import { healthSql } from '#adapters/goals/persistence/health-sql';
import { TestApp, type Tenant } from '../support/app';
import { expectOk } from '../support/results';

const HOUR = 3_600_000;
const BASE = Date.parse('2026-01-01T00:00:00.000Z');
const GOALS = 2_000;
const CLOCKS = 5;

/** Mostly whole hours, so that thresholds are hit exactly; now and then any millisecond. */
const time = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: -200, max: 200 }).map((n) => n * 6 * HOUR) },
    { weight: 1, arbitrary: fc.integer({ min: -1200 * HOUR, max: 1200 * HOUR }) },
  )
  .map((ms) => new Date(BASE + ms));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 8 });

/** They may even overlap. */
const holdOf = ([one, other]: readonly [Date, Date]) => ({
  from: Math.min(one.getTime(), other.getTime()),
  until: Math.max(one.getTime(), other.getTime()),
});

const facts: fc.Arbitrary<HealthFacts> = fc
  .record({
    status: fc.constantFrom(...GOAL_STATUSES, 'active' as const, 'on_hold' as const),
    dates: fc.tuple(maybe(time), maybe(time)),
    progress: maybe(
      fc.oneof(
        fc.integer({ min: 0, max: 200 }).map((n) => n * 5_000),
        fc.integer({ min: 0, max: COMPLETE }),
        fc.constant(COMPLETE),
      ),
    ),
    measurementFrequency: fc.option(fc.constantFrom(...MEASUREMENT_FREQUENCIES), { freq: 2 }),
    lastProgressUpdate: maybe(time),
    heldSince: time,
    holds: fc.oneof(fc.constant([]), fc.array(fc.tuple(time, time).map(holdOf), { maxLength: 4 })),
  })
  .map(({ dates: [one, other], heldSince, ...rest }) => ({
    ...rest,
    startDate: one && other && one > other ? other : one,
    targetDate: one && other && one > other ? one : other,
    heldSince: rest.status === 'on_hold' ? heldSince : null,
  }));

describe('The health of goals in SQL', () => {
  let app: TestApp;
  let tenant: Tenant;
  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
  });
  afterAll(() => app.stop());

  it('is what the domain says of them, whatever goals and clock', async () => {
    const goals = new Map(fc.sample(facts, GOALS).map((one) => [v7(), one]));
    await insert(goals);
    const seen = new Set<unknown>();
    for (const now of fc.sample(time, CLOCKS)) {
      const rows = await app.rows<{ id: string; health: string | null }>(
        `SELECT g.id, ${healthSql('$2')} AS health FROM goals g WHERE g.tenant_id = $1`,
        [tenant.id, now],
      );
      expect(rows).toHaveLength(GOALS);
      const wrong = rows.flatMap(({ id, health }) => {
        seen.add(health);
        const expected = healthOf(goals.get(id)!, now);
        return health === expected ? [] : [{ now, ...goals.get(id), health, expected }];
      });
      expect(wrong).toEqual([]);
    }
    expect([...seen].sort()).toEqual([...HEALTHS, null].sort());
  });

  const insert = (goals: ReadonlyMap<string, HealthFacts>) =>
    app.rows(
      `INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
         weight, assessment_status, version, created_at, updated_at, completion_date, start_date, target_date, progress,
         measurement_frequency, last_progress_update, held_since, holds)
       SELECT $1, g.id, g.id || '/', 'a goal', 'tactical', g.status, 'low', 'low', 'manual', 'count', 1, 'pending', 1, now(), now(),
         CASE WHEN NOT g.open THEN now() END, g."startDate", g."targetDate", g.progress, g."measurementFrequency",
         g."lastProgressUpdate", g."heldSince", g.holds
       FROM json_to_recordset($2) AS g (id uuid, open boolean, status text, "startDate" timestamptz, "targetDate" timestamptz,
         progress integer, "measurementFrequency" text, "lastProgressUpdate" timestamptz, "heldSince" timestamptz, holds jsonb)`,
      [tenant.id, JSON.stringify([...goals].map(([id, one]) => ({ id, open: isOpen(one.status), ...one })))],
    );

  it('tells which goals went off track since a time, by what was said of them then', async () => {
    const { id: tenantId, userId } = await app.tenant();
    const [since, now] = [at(0), at(24)];
    const goal = putterOf(tenantId, userId);
    const gone = [
      await goal('slipped', { progress: 17.5 }, [{ progress: 17.5 }]),
      await goal('overdue', { progress: 99, target: 1 }, [{ progress: 99 }]),
      await goal('corrected since', { progress: 10 }, [{ progress: 60 }, { progress: 10, recorded: 1, corrects: 0 }]),
      await goal('learned since', { progress: 10 }, [{ progress: 60 }, { progress: 10, recorded: 1, effective: -1 }]),
      await goal('left by what it rolled up', { progress: 10 }, [
        { progress: null },
        { progress: 10, recorded: 1, effective: 1 },
      ]),
      await goal('first of its tasks', { progress: 10, source: 'tasks' }, [{ progress: 10, recorded: 1 }]),
      await goal('made since', { progress: 0, created: 1 }),
    ];
    await goal('at risk', { progress: 30 }, [{ progress: 30 }]);
    await goal('off track before', { progress: 10 }, [{ progress: 10 }]);
    await goal('never reported on', { progress: 0 });
    await goal('corrected before', { progress: 10 }, [
      { progress: 60, recorded: -100, effective: -100 },
      { progress: 10, recorded: -90, corrects: 0 },
    ]);
    await goal('reported since', { progress: 60 }, [{ progress: 17.5 }, { progress: 60, recorded: 1, effective: 1 }]);
    await goal('nobody’s', { progress: 17.5, owner: null }, [{ progress: 17.5 }]);
    await goal('closed', { progress: 17.5, status: 'missed' }, [{ progress: 17.5 }]);
    await goal('deleted', { progress: 17.5, deleted: true }, [{ progress: 17.5 }]);
    const ask = async (tenant: string) =>
      expectOk(
        await app.nest
          .get<Door>(Door)
          .send(new ListGoalsGoneOffTrack(Actor.member(tenant, userId, 'Viewer'), since, now)),
      );
    const found = await ask(tenantId);
    expect(found.map(({ name }) => name)).toEqual(gone.map(({ name }) => name));
    expect(found).toEqual(gone.map((one) => ({ ...one, ownerId: userId })));
    expect(await ask(tenant.id)).toEqual([]);
  });

  /** Hours from a time at which half of each goal’s days have passed: a day is one of a hundred. */
  const at = (hours: number): Date => new Date(BASE + hours * HOUR);

  interface Given {
    readonly progress: number;
    /** In hours, as everything here. */
    readonly target?: number;
    readonly created?: number;
    readonly source?: string;
    readonly status?: string;
    readonly owner?: null;
    readonly deleted?: true;
  }
  interface Said {
    /** `null`: nothing contributed. */
    readonly progress: number | null;
    readonly recorded?: number;
    readonly effective?: number;
    /** Which of the entries. */
    readonly corrects?: number;
  }

  const putterOf =
    (tenantId: string, userId: string) =>
    async (name: string, given: Given, said: readonly Said[] = []): Promise<{ goalId: string; name: string }> => {
      const goalId = v7();
      const { progress, target = 1200, created = -1200, source = 'manual', status = 'active', owner = userId } = given;
      await app.sql.query(
        `INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
           weight, assessment_status, version, created_at, updated_at, completion_date, start_date, target_date, progress, owner_id,
           deleted_at, deletion_id)
         VALUES ($1, $2::uuid, $2::uuid || '/', $3, 'tactical', $4::text, 'low', 'low', $5, 'count', 1, 'pending', 1, $6, $6,
           CASE WHEN $4 = 'missed' THEN $6::timestamptz END, $7, $8, $9, $10, $11, CASE WHEN $11::timestamptz IS NULL THEN NULL ELSE $2::uuid END)`,
        [
          ...[tenantId, goalId, name, status, source, at(created), at(-1200), at(target), progress * 10_000, owner],
          given.deleted ? at(0) : null,
        ],
      );
      const ids = said.map(() => v7());
      for (const [n, { progress: value, recorded = -240, effective = -240, corrects }] of said.entries())
        await app.sql.query(
          `INSERT INTO goal_progress (tenant_id, id, goal_id, origin, progress, effective_at, recorded_at, corrects)
           VALUES ($1, $2, $3, CASE WHEN $4::integer IS NULL THEN 'rolled_up' ELSE 'reported' END, $4, $5, $6, $7)`,
          [
            ...[tenantId, ids[n], goalId, value === null ? null : value * 10_000, at(effective), at(recorded)],
            corrects === undefined ? null : ids[corrects],
          ],
        );
      return { goalId, name };
    };
});
