import { Aggregate, firstVersion, type Versioned } from '#domain/shared/aggregate';
import { changesBetween } from '#domain/shared/changes';
import { conflict } from '#domain/shared/errors';
import { done, ok, type Result } from '#domain/shared/result';
import {
  readLinkChanges,
  readNewLink,
  type GoalLinkPatch,
  type GoalLinkRequest,
  type NewGoalLink,
} from '#domain/goals/goal-link-input';
import type { GoalFact } from '#domain/goals/outgoing';

export interface GoalLinkState extends Versioned, NewGoalLink {}

const EDITABLE = ['linkedElementName', 'relationshipStrength', 'contributionLevel', 'polarity'] as const;

/** What binds a goal to an element of the architecture: what realizes it, what acts on it, what it acts on (SPEC 5, *Links*). */
export class GoalLink extends Aggregate<GoalLinkState, GoalFact> {
  /** `knowsElement`: whether a goal that is to be linked is one of the tenant. Faults, or what ArchiMate does not allow. */
  static create(
    identity: { readonly id: string; readonly tenantId: string; readonly by: string | null },
    request: GoalLinkRequest,
    knowsElement: boolean,
    now: Date,
  ): Result<GoalLink> {
    const read = readNewLink(request, knowsElement);
    if (!read.ok) return read;
    const { id, tenantId, by } = identity;
    const link = new GoalLink({ ...firstVersion(id, tenantId, by, now), ...read.value }, null);
    link.tell('goal_link.created');
    return ok(link);
  }

  /** Changes name, strength, contribution or polarity; what is the same already is no change. */
  edit(patch: GoalLinkPatch): Result<void> {
    const read = readLinkChanges(this.current, patch);
    if (!read.ok) return read;
    const changes = changesBetween(this.current, { ...this.current, ...read.value }, EDITABLE);
    if (Object.keys(changes).length === 0) return done;
    this.change(read.value);
    this.tell('goal_link.updated', { changes });
    return done;
  }

  /** For good: the store takes the row out. */
  remove(): void {
    this.tell('goal_link.deleted');
  }

  private tell(type: GoalFact, more?: Readonly<Record<string, unknown>>): void {
    const { id, goalId, linkedElementId, linkedElementType, linkType, direction, relationship } = this.current;
    const element = { linked_element_id: linkedElementId, linked_element_type: linkedElementType };
    const details = { link_id: id, ...element, link_type: linkType, direction, relationship, ...more };
    this.facts.push({ type, goalId, details });
  }
}

/** 409: the same link once more. `existingId`: the link that is there, where it is known. */
export const duplicateLink = (existingId?: string) =>
  conflict(
    'goal_link.duplicate',
    'The goal is linked with this element by this link type in this direction already.',
    existingId === undefined ? undefined : { existing_id: existingId },
  );
