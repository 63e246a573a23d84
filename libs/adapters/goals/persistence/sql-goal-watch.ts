import { Injectable } from '@nestjs/common';
import type { GoalOffTrack } from '#application/goals/contract';
import type { GoalWatch } from '#application/goals/ports/goal-watch';
import { Database } from '#adapters/shared/persistence/database';
import { healthSql } from '#adapters/goals/persistence/health-sql';
import { CURRENT_FIRST } from '#adapters/goals/persistence/sql-progress-store';

@Injectable()
export class SqlGoalWatch implements GoalWatch {
  constructor(private readonly db: Database) {}

  goneOffTrack(tenantId: string, since: Date, now: Date): Promise<GoalOffTrack[]> {
    return this.db.query<GoalOffTrack>(GONE_OFF_TRACK, [tenantId, since, now]);
  }
}

/** What goal `g` said at $2: the last entry made by then that no other had corrected by then. */
const SAID_THEN = `
  SELECT p.progress, p.effective_at FROM goal_progress p
  WHERE p.tenant_id = $1 AND p.goal_id = g.id AND p.recorded_at <= $2 AND NOT EXISTS (
    SELECT FROM goal_progress c WHERE c.tenant_id = $1 AND c.corrects = p.id AND c.recorded_at <= $2 OFFSET 0)
  ORDER BY ${CURRENT_FIRST} LIMIT 1`;

/** The goal `g` around it as it was at $2, as far as that is known; without an entry it says what a new goal says. */
const AS_IT_WAS = `
  SELECT g.status, g.start_date, g.target_date, g.measurement_frequency, g.held_since, g.holds,
    CASE WHEN said.effective_at IS NULL AND g.progress_source = 'manual' THEN 0 ELSE said.progress END AS progress,
    said.effective_at AS last_progress_update
  FROM (SELECT) AS one LEFT JOIN LATERAL (${SAID_THEN}) said ON true`;

export const GONE_OFF_TRACK = `
  SELECT g.id AS "goalId", g.name, g.owner_id AS "ownerId" FROM goals g
  WHERE g.tenant_id = $1 AND g.deleted_at IS NULL AND g.owner_id IS NOT NULL AND ${healthSql('$3')} = 'off_track'
    AND (g.created_at > $2 OR (SELECT ${healthSql('$2')} FROM (${AS_IT_WAS}) AS g) IS DISTINCT FROM 'off_track')
  ORDER BY g.id`;
