import { fault, invalid, type DomainError, type FieldFault } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { characters, isPrintable, tidyName } from '#domain/shared/text';
import {
  allowedLinks,
  isAllowed,
  polarityOf,
  relationshipOf,
  type Direction,
  type ElementType,
  type LinkRelationship,
  type LinkType,
} from '#domain/goals/archimate';
import { LONGEST_NAME } from '#domain/goals/goal-fields';
import type { Level, Polarity, RelationshipStrength } from '#domain/goals/words';

/** What a link is about; fixed when it is made (SPEC 5, *Links*). */
export interface LinkIdentity {
  readonly goalId: string;
  readonly linkedElementId: string;
  readonly linkedElementType: ElementType;
  readonly linkType: LinkType;
  readonly direction: Direction;
}

/** What of a link can change. */
export interface LinkFields {
  readonly linkedElementName: string | null;
  readonly relationshipStrength: RelationshipStrength;
  readonly contributionLevel: Level;
  readonly polarity: Polarity;
}

/** A link as a caller asks for it; what is left out is usual. */
export type GoalLinkRequest = Omit<LinkIdentity, 'direction'> &
  Partial<Pick<LinkIdentity, 'direction'>> &
  Partial<LinkFields>;

/** The members of a PATCH; what is fixed may be repeated, but not changed. */
export interface GoalLinkPatch extends Partial<LinkFields> {
  readonly linkedElementId?: unknown;
  readonly linkedElementType?: unknown;
  readonly linkType?: unknown;
  readonly direction?: unknown;
}

/** A link whose form and legality are known. */
export type NewGoalLink = LinkIdentity & LinkFields & { readonly relationship: LinkRelationship };

const FIXED = {
  linkedElementId: 'linked_element_id',
  linkedElementType: 'linked_element_type',
  linkType: 'link_type',
  direction: 'direction',
} as const satisfies Partial<Record<keyof LinkIdentity, string>>;

/**
 * Lays what is usual below what was asked, and names every fault at once. `knowsElement`: an element of type Goal is a goal of
 * the tenant; elements of other types live elsewhere. Code `goal_link.relationship-not-allowed` (ARCHIMATE) or that of faults.
 */
export const readNewLink = (request: GoalLinkRequest, knowsElement: boolean): Result<NewGoalLink> => {
  const { goalId, linkedElementId, linkedElementType, linkType, direction = 'element_to_goal' } = request;
  const link = {
    ...{ goalId, linkedElementId, linkedElementType, linkType, direction },
    linkedElementName: tidy(request.linkedElementName ?? null),
    relationshipStrength: request.relationshipStrength ?? 'medium',
    contributionLevel: request.contributionLevel ?? 'medium',
    polarity: request.polarity ?? polarityOf(linkType) ?? 'neutral',
    relationship: relationshipOf(linkType, linkedElementType),
  };
  const faults = [...elementFaults(link, knowsElement), ...fieldFaults(link)];
  if (!isAllowed(linkType, linkedElementType, direction)) return err(notAllowed(link, faults));
  return faults.length > 0 ? err(invalid(faults)) : ok(link);
};

/** Checks a change of a link; another value for what is fixed is a fault. */
export const readLinkChanges = (link: LinkIdentity & LinkFields, patch: GoalLinkPatch): Result<LinkFields> => {
  const { linkedElementName, relationshipStrength, contributionLevel, polarity } = { ...link, ...patch };
  const fields = { linkedElementName: tidy(linkedElementName), relationshipStrength, contributionLevel, polarity };
  const faults = [...fixedFaults(link, patch), ...fieldFaults({ ...link, ...fields })];
  return faults.length > 0 ? err(invalid(faults)) : ok(fields);
};

const tidy = (name: string | null): string | null => (name === null ? null : tidyName(name));

const elementFaults = (
  { goalId, linkedElementId, linkedElementType }: LinkIdentity,
  isKnown: boolean,
): FieldFault[] => {
  if (linkedElementType !== 'Goal') return [];
  if (linkedElementId === goalId) return [fault('/linked_element_id', 'itself', 'A goal is not linked with itself.')];
  return isKnown ? [] : [fault('/linked_element_id', 'unknown', 'There is no such goal.')];
};

const fieldFaults = ({ linkType, linkedElementName: name, polarity }: LinkIdentity & LinkFields): FieldFault[] => {
  const said = polarityOf(linkType);
  return [
    ...(name === null || (characters(name) >= 1 && characters(name) <= LONGEST_NAME && isPrintable(name))
      ? []
      : [fault('/linked_element_name', 'malformed', `It must be 1 to ${LONGEST_NAME} printable characters.`)]),
    ...(said === undefined || polarity === said
      ? []
      : [fault('/polarity', 'not-allowed', `What ${linkType} a goal is ${said} for it.`)]),
  ];
};

const fixedFaults = (link: LinkIdentity, patch: GoalLinkPatch): FieldFault[] =>
  (Object.keys(FIXED) as (keyof typeof FIXED)[])
    .filter((field) => patch[field] !== undefined && patch[field] !== link[field])
    .map((field) => fault(`/${FIXED[field]}`, 'fixed', `${FIXED[field]} never changes; make another link.`));

const OPPOSITE = { element_to_goal: 'goal_to_element', goal_to_element: 'element_to_goal' } as const;

const notAllowed = (link: NewGoalLink, faults: readonly FieldFault[]): DomainError => {
  const { linkType, linkedElementType: type, direction, relationship } = link;
  const [source, target] = direction === 'element_to_goal' ? [type, 'Goal'] : ['Goal', type];
  const isReversible = isAllowed(linkType, type, OPPOSITE[direction]);
  const hint = isReversible ? 'reverse the direction' : null;
  const message = `ArchiMate has no ${relationship} from ${source} to ${target} that \`${linkType}\` could stand for${hint ? `: ${hint}.` : '.'}`;
  const illegal = fault(isReversible ? '/direction' : '/link_type', 'relationship-not-allowed', message);
  return {
    kind: 'invalid',
    code: 'goal_link.relationship-not-allowed',
    message,
    fields: [illegal, ...faults],
    details: { source_type: source, target_type: target, relationship, allowed: allowedLinks(type), hint },
  };
};
