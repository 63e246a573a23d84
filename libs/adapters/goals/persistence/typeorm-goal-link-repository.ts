import { Injectable } from '@nestjs/common';
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Result } from '#domain/shared/result';
import { duplicateLink, GoalLink, type GoalLinkState } from '#domain/goals/goal-link';
import type { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { versionedColumns } from '#adapters/shared/persistence/columns';
import { Database } from '#adapters/shared/persistence/database';
import { GuardedStore } from '#adapters/shared/persistence/guarded-store';

export const goalLinkSchema = new EntitySchema<GoalLinkState>({
  name: 'goal_links',
  columns: {
    ...versionedColumns,
    goalId: { type: 'uuid', name: 'goal_id' },
    linkedElementId: { type: 'uuid', name: 'linked_element_id' },
    linkedElementType: { type: 'text', name: 'linked_element_type' },
    linkedElementName: { type: 'text', name: 'linked_element_name', nullable: true },
    linkType: { type: 'text', name: 'link_type' },
    direction: { type: 'text' },
    relationship: { type: 'text' },
    relationshipStrength: { type: 'text', name: 'relationship_strength' },
    contributionLevel: { type: 'text', name: 'contribution_level' },
    polarity: { type: 'text' },
  } satisfies Record<keyof GoalLinkState, EntitySchemaColumnOptions>,
});

const CONFLICTS = { goal_links_once: duplicateLink() };

@Injectable()
export class TypeOrmGoalLinkRepository implements GoalLinkRepository {
  constructor(
    private readonly db: Database,
    private readonly store: GuardedStore,
  ) {}

  async find(tenantId: string, goalId: string, id: string): Promise<GoalLink | null> {
    const manager = await this.db.entities();
    const state = await manager.findOne(goalLinkSchema, { where: { tenantId, goalId, id } });
    return state && new GoalLink(state, state);
  }

  /** The unique key alone would refuse the second of two at once without saying which link is there. */
  async twinOf({ state }: GoalLink): Promise<string | null> {
    const { tenantId, goalId, linkedElementId, linkType, direction } = state;
    const key = [tenantId, goalId, linkedElementId, linkType, direction];
    await this.db.query(`SELECT pg_advisory_xact_lock(hashtextextended('goal-link:' || $1, 0))`, [key.join('/')]);
    const [twin] = await this.db.query<{ id: string }>(
      `SELECT id FROM goal_links
       WHERE tenant_id = $1 AND goal_id = $2 AND linked_element_id = $3 AND link_type = $4 AND direction = $5`,
      key,
    );
    return twin?.id ?? null;
  }

  save(link: GoalLink): Promise<Result<void>> {
    return this.store.save(goalLinkSchema, 'goal_link', link, CONFLICTS);
  }

  remove(link: GoalLink): Promise<Result<void>> {
    return this.store.remove(goalLinkSchema, 'goal_link', link);
  }
}
