import * as fc from 'fast-check';
import { v7 } from 'uuid';
import { healthOf, type HealthFacts } from '#domain/goals/health';
import { COMPLETE } from '#domain/goals/percentage';
import { GOAL_STATUSES, HEALTHS, isOpen, MEASUREMENT_FREQUENCIES } from '#domain/goals/words';
import { healthSql } from '#adapters/goals/persistence/health-sql';
import { TestApp, type Tenant } from '../support/app';

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
    heldMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 * HOUR })),
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
         measurement_frequency, last_progress_update, held_since, held_ms)
       SELECT $1, g.id, g.id || '/', 'a goal', 'tactical', g.status, 'low', 'low', 'manual', 'count', 1, 'pending', 1, now(), now(),
         CASE WHEN NOT g.open THEN now() END, g."startDate", g."targetDate", g.progress, g."measurementFrequency",
         g."lastProgressUpdate", g."heldSince", g."heldMs"
       FROM json_to_recordset($2) AS g (id uuid, open boolean, status text, "startDate" timestamptz, "targetDate" timestamptz,
         progress integer, "measurementFrequency" text, "lastProgressUpdate" timestamptz, "heldSince" timestamptz, "heldMs" bigint)`,
      [tenant.id, JSON.stringify([...goals].map(([id, one]) => ({ id, open: isOpen(one.status), ...one })))],
    );
});
