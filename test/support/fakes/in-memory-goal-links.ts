import { INFLUENCE_MODIFIERS, LINK_RELATIONSHIPS, type ElementType } from '#domain/goals/archimate';
import { duplicateLink, GoalLink, type GoalLinkState } from '#domain/goals/goal-link';
import { REALIZATION_WEIGHTS } from '#domain/goals/realization';
import type { Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import type { Clock } from '#application/shared/tools';
import type { GoalLinkView, RealizationMapView } from '#application/goals/link-views';
import type { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import type { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import type { InMemoryGoals } from './in-memory-goals';
import { InMemoryRows } from './in-memory-rows';
import { pageInMemory } from './pages';

/** The links of goals in memory: the repository, and what is seen of them. */
export class InMemoryGoalLinks implements GoalLinkRepository, GoalLinkReadModel {
  readonly rows: InMemoryRows<GoalLinkState>;

  constructor(
    private readonly goals: InMemoryGoals,
    clock: Clock,
    userId: () => string | null,
  ) {
    this.rows = new InMemoryRows(clock, userId);
  }

  find(tenantId: string, goalId: string, id: string): Promise<GoalLink | null> {
    const state = this.of(tenantId, goalId).find((row) => row.id === id);
    return Promise.resolve(state ? new GoalLink(state, state) : null);
  }

  twinOf({ state }: GoalLink): Promise<string | null> {
    return Promise.resolve(this.rows.all.find((row) => isTwin(row, state))?.id ?? null);
  }

  save(link: GoalLink): Promise<Result<void>> {
    return this.rows.save(link, (next, others) =>
      others.some((row) => isTwin(row, next)) ? duplicateLink() : undefined,
    );
  }

  remove(link: GoalLink): Promise<Result<void>> {
    return this.rows.remove(link, 'goal_link');
  }

  link(tenantId: string, goalId: string, id: string): Promise<GoalLinkView | null> {
    const state = this.of(tenantId, goalId).find((row) => row.id === id);
    return Promise.resolve(state ? viewOf(state) : null);
  }

  links(tenantId: string, goalId: string, page: PageRequest): Promise<Page<GoalLinkView>> {
    const fits = (row: GoalLinkView, filter: string, values: readonly string[]) =>
      values.includes(String(row[filter as keyof GoalLinkView]));
    return Promise.resolve(pageInMemory(this.of(tenantId, goalId).map(viewOf), page, fits));
  }

  realizationMap(tenantId: string, goalId: string): Promise<RealizationMapView | null> {
    const goal = this.goals.live(tenantId).find(({ id }) => id === goalId);
    if (!goal) return Promise.resolve(null);
    const links = this.of(tenantId, goalId);
    const elements = (fits: (row: GoalLinkState) => boolean): number =>
      new Set(links.filter(fits).map((row) => row.linkedElementId)).size;
    const ofType = (type: ElementType) => elements((row) => row.linkedElementType === type);
    const weights = links
      .filter(({ linkType }) => linkType === 'realizes')
      .map((row) => REALIZATION_WEIGHTS[row.contributionLevel]);
    const types = [...new Set(links.map((row) => row.linkedElementType))];
    return Promise.resolve({
      goal_id: goalId,
      linked_elements_count: elements(() => true),
      requirements_count: ofType('Requirement'),
      capabilities_count: ofType('Capability'),
      courses_of_action_count: ofType('CourseOfAction'),
      stakeholders_count: ofType('Stakeholder'),
      assessments_count: ofType('Assessment'),
      overall_realization_score:
        weights.length === 0 ? null : weights.reduce((sum, weight) => sum + weight, 0) / weights.length,
      last_assessed: goal.lastAssessmentDate?.toISOString() ?? null,
      by_type: Object.fromEntries(types.map((type) => [type, ofType(type)])),
      by_relationship: Object.fromEntries(
        LINK_RELATIONSHIPS.map((name) => [name, elements(({ relationship }) => relationship === name)]),
      ),
    });
  }

  private of(tenantId: string, goalId: string): GoalLinkState[] {
    return this.rows.all.filter((row) => row.tenantId === tenantId && row.goalId === goalId);
  }
}

const isTwin = (one: GoalLinkState, other: GoalLinkState): boolean =>
  one.tenantId === other.tenantId &&
  one.goalId === other.goalId &&
  one.linkedElementId === other.linkedElementId &&
  one.linkType === other.linkType &&
  one.direction === other.direction;

const viewOf = (row: GoalLinkState): GoalLinkView => ({
  id: row.id,
  goal_id: row.goalId,
  linked_element_id: row.linkedElementId,
  linked_element_type: row.linkedElementType,
  linked_element_name: row.linkedElementName,
  link_type: row.linkType,
  direction: row.direction,
  relationship: row.relationship,
  relationship_strength: row.relationshipStrength,
  contribution_level: row.contributionLevel,
  polarity: row.polarity,
  influence_modifier:
    row.relationship === 'Influence'
      ? (INFLUENCE_MODIFIERS[row.polarity][row.relationshipStrength] as GoalLinkView['influence_modifier'])
      : null,
  version: row.version,
  created_at: row.createdAt.toISOString(),
  created_by: row.createdBy,
  updated_at: row.updatedAt.toISOString(),
  updated_by: row.updatedBy,
});
