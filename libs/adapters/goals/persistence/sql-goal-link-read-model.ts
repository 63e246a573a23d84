import { Injectable } from '@nestjs/common';
import { INFLUENCE_MODIFIERS, LINK_RELATIONSHIPS, type ElementType } from '#domain/goals/archimate';
import { REALIZATION_WEIGHTS } from '#domain/goals/realization';
import type { Page, PageRequest } from '#application/shared/listing';
import { goalLinkView, type GoalLinkView, type RealizationMapView } from '#application/goals/link-views';
import type { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { goalLinkListing } from '#application/goals/queries/list-goal-links';
import { Database } from '#adapters/shared/persistence/database';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const INFLUENCE_MODIFIER = `CASE WHEN l.relationship = 'Influence' THEN CASE l.polarity || ' ' || l.relationship_strength
  ${Object.entries(INFLUENCE_MODIFIERS)
    .flatMap(([polarity, marks]) =>
      Object.entries(marks).map(([strength, mark]) => `WHEN '${polarity} ${strength}' THEN '${mark}'`),
    )
    .join(' ')} END END`;

const LINK = columnsOf(goalLinkView, 'l', { influence_modifier: INFLUENCE_MODIFIER });

const elements = (condition: string): string =>
  `(count(DISTINCT l.linked_element_id) FILTER (WHERE ${condition}))::integer`;

const ofType = (type: ElementType): string => elements(`l.linked_element_type = '${type}'`);

const WEIGHT = `CASE l.contribution_level ${Object.entries(REALIZATION_WEIGHTS)
  .map(([level, weight]) => `WHEN '${level}' THEN ${String(weight)}::double precision`)
  .join(' ')} END`;

/** An element realizes a goal at most once (`goal_links_once`), so that the rows of its links are the realizing elements. */
const SCORE = `sum(${WEIGHT}) FILTER (WHERE l.link_type = 'realizes') / count(*) FILTER (WHERE l.link_type = 'realizes')`;

/**
 * All of one goal in one statement; its links are found by the key that makes them unique, and the goal by its own: `OFFSET 0` keeps
 * the planner from taking an index of what is not deleted instead, while it knows nothing of the table (ADR 0030).
 */
export const REALIZATION_MAP = `
  SELECT g.id AS goal_id, counted.*, g.last_assessment_date AS last_assessed, typed.by_type
  FROM (SELECT id, last_assessment_date, deleted_at FROM goals WHERE tenant_id = $1 AND id = $2 OFFSET 0) g
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT l.linked_element_id)::integer AS linked_elements_count,
      ${ofType('Requirement')} AS requirements_count,
      ${ofType('Capability')} AS capabilities_count,
      ${ofType('CourseOfAction')} AS courses_of_action_count,
      ${ofType('Stakeholder')} AS stakeholders_count,
      ${ofType('Assessment')} AS assessments_count,
      ${SCORE} AS overall_realization_score,
      jsonb_build_object(${LINK_RELATIONSHIPS.map((name) => `'${name}', ${elements(`l.relationship = '${name}'`)}`).join(', ')})
        AS by_relationship
    FROM goal_links l WHERE l.tenant_id = $1 AND l.goal_id = $2
  ) counted
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(t.linked_element_type, t.elements), '{}') AS by_type
    FROM (
      SELECT l.linked_element_type, count(DISTINCT l.linked_element_id) AS elements
      FROM goal_links l WHERE l.tenant_id = $1 AND l.goal_id = $2 GROUP BY l.linked_element_type
    ) t
  ) typed
  WHERE g.deleted_at IS NULL`;

@Injectable()
export class SqlGoalLinkReadModel implements GoalLinkReadModel {
  constructor(private readonly db: Database) {}

  async link(tenantId: string, goalId: string, id: string): Promise<GoalLinkView | null> {
    const [row] = await this.db.query<GoalLinkView>(
      `SELECT ${LINK} FROM goal_links l WHERE l.tenant_id = $1 AND l.goal_id = $2 AND l.id = $3`,
      [tenantId, goalId, id],
    );
    return row ?? null;
  }

  links(tenantId: string, goalId: string, page: PageRequest): Promise<Page<GoalLinkView>> {
    const isOneOf = (column: string) => (values: string) => `l.${column} = ANY (${values})`;
    return readPage(
      this.db,
      goalLinkListing,
      {
        from: 'goal_links l',
        columns: LINK,
        where: ['l.tenant_id = $1', 'l.goal_id = $2'],
        parameters: [tenantId, goalId],
        id: 'l.id',
        sorted: { created_at: 'l.created_at' },
        filtered: Object.fromEntries(Object.keys(goalLinkListing.filters).map((name) => [name, isOneOf(name)])),
      },
      page,
    );
  }

  async realizationMap(tenantId: string, goalId: string): Promise<RealizationMapView | null> {
    const [row] = await this.db.query<RealizationMapView>(REALIZATION_MAP, [tenantId, goalId]);
    return row ?? null;
  }
}
