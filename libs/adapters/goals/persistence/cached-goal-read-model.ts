import { createHash } from 'node:crypto';
import type { Cache, CacheEntry } from '#application/shared/cache';
import { existing } from '#application/shared/existing';
import type { Page, PageRequest } from '#application/shared/listing';
import type { GoalReadModel } from '#application/goals/ports/goal-read-model';
import type { GoalRow } from '#application/goals/views';

/** Filters whose answer changes while the clock goes on. */
const BY_THE_CLOCK = ['health', 'due_within_days'];

/** How long goals, and lists of them, are kept; 0: not at all. */
interface Seconds {
  readonly goal: number;
  readonly list: number;
}

/** Keeps goals and lists of them (SPEC 7, *Cache*); what the clock makes of a goal is computed from what is kept. */
export class CachedGoalReadModel implements GoalReadModel {
  constructor(
    private readonly rows: GoalReadModel,
    private readonly cache: Cache,
    private readonly seconds: Seconds,
  ) {}

  goal(tenantId: string, id: string): Promise<GoalRow | null> {
    const entry: CacheEntry = { kind: 'goal', key: id, reads: [`goal:${id}`], seconds: this.seconds.goal };
    return this.cache.read(tenantId, entry, () => this.rows.goal(tenantId, id));
  }

  async goals(tenantId: string, page: PageRequest, now: Date): Promise<Page<GoalRow>> {
    const load = (): Promise<Page<GoalRow>> => this.rows.goals(tenantId, page, now);
    if (BY_THE_CLOCK.some((filter) => page.filters[filter])) return load();
    const entry: CacheEntry = {
      kind: 'goal_list',
      key: createHash('sha256').update(JSON.stringify(page)).digest('base64url'),
      reads: ['goal', 'goal_link'],
      seconds: this.seconds.list,
    };
    return existing(await this.cache.read(tenantId, entry, load));
  }
}
