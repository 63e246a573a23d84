import type { Polarity, RelationshipStrength } from '#domain/goals/words';

/** The edition whose relationship matrix (Appendix B) this table restates around the Goal element. */
export const ARCHIMATE = 'archimate-3.2';

const MOTIVATION = [
  'Stakeholder',
  'Driver',
  'Assessment',
  'Goal',
  'Outcome',
  'Principle',
  'Requirement',
  'Constraint',
  'Meaning',
  'Value',
] as const;

const STRATEGY = ['Resource', 'Capability', 'CourseOfAction', 'ValueStream'] as const;

const BUSINESS = [
  'BusinessActor',
  'BusinessRole',
  'BusinessCollaboration',
  'BusinessInterface',
  'BusinessProcess',
  'BusinessFunction',
  'BusinessInteraction',
  'BusinessEvent',
  'BusinessService',
  'BusinessObject',
  'Contract',
  'Representation',
  'Product',
] as const;

const APPLICATION = [
  'ApplicationComponent',
  'ApplicationCollaboration',
  'ApplicationInterface',
  'ApplicationFunction',
  'ApplicationInteraction',
  'ApplicationProcess',
  'ApplicationEvent',
  'ApplicationService',
  'DataObject',
] as const;

const TECHNOLOGY = [
  'Node',
  'Device',
  'SystemSoftware',
  'TechnologyCollaboration',
  'TechnologyInterface',
  'Path',
  'CommunicationNetwork',
  'TechnologyFunction',
  'TechnologyProcess',
  'TechnologyInteraction',
  'TechnologyEvent',
  'TechnologyService',
  'Artifact',
] as const;

const PHYSICAL = ['Equipment', 'Facility', 'DistributionNetwork', 'Material'] as const;

const IMPLEMENTATION = ['WorkPackage', 'Deliverable', 'ImplementationEvent', 'Plateau', 'Gap'] as const;

const COMPOSITE = ['Grouping', 'Location'] as const;

export const ELEMENT_TYPES = [
  ...MOTIVATION,
  ...STRATEGY,
  ...BUSINESS,
  ...APPLICATION,
  ...TECHNOLOGY,
  ...PHYSICAL,
  ...IMPLEMENTATION,
  ...COMPOSITE,
] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number];

const snakeCase = (type: ElementType): string => type.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase();

/** The other spelling that is read: `course_of_action`. */
export const ELEMENT_TYPE_ALIASES: Readonly<Record<string, ElementType>> = Object.fromEntries(
  ELEMENT_TYPES.map((type) => [snakeCase(type), type]),
);

const BY_SPELLING: ReadonlyMap<string, ElementType> = new Map([
  ...ELEMENT_TYPES.map((type) => [type, type] as const),
  ...Object.entries(ELEMENT_TYPE_ALIASES),
]);

/** The type that a text names, in PascalCase or in snake_case; any other spelling names none. */
export const elementTypeOf = (text: string): ElementType | undefined => BY_SPELLING.get(text);

/** What links use; the others are there for the exchange of models. */
export const LINK_RELATIONSHIPS = ['Association', 'Influence', 'Realization'] as const;
export type LinkRelationship = (typeof LINK_RELATIONSHIPS)[number];

export const RELATIONSHIPS = [
  ...LINK_RELATIONSHIPS,
  'Aggregation',
  'Composition',
  'Specialization',
  'Assignment',
  'Access',
  'Serving',
  'Triggering',
  'Flow',
] as const;
export type Relationship = (typeof RELATIONSHIPS)[number];

export const DIRECTIONS = ['element_to_goal', 'goal_to_element'] as const;
export type Direction = (typeof DIRECTIONS)[number];

type Types = ReadonlySet<ElementType>;

const only = (...types: readonly ElementType[]): Types => new Set(types);
const allBut = (...types: readonly ElementType[]): Types => new Set(ELEMENT_TYPES.filter((t) => !types.includes(t)));
const NONE = only();

/** Which elements a relationship may join with a Goal, by which of the two is its source. */
const LEGAL: Readonly<Record<Direction, Readonly<Record<Relationship, Types>>>> = {
  element_to_goal: {
    Association: allBut(),
    Influence: allBut('Gap'),
    Realization: allBut(
      'Goal',
      'Stakeholder',
      'Driver',
      'Assessment',
      'Meaning',
      'Value',
      'ImplementationEvent',
      'Gap',
    ),
    Aggregation: only('Goal', 'Plateau', 'Grouping', 'Location'),
    Composition: only('Goal', 'Plateau', 'Grouping', 'Location'),
    Specialization: only('Goal', 'Grouping'),
    Assignment: NONE,
    Access: NONE,
    Serving: NONE,
    Triggering: NONE,
    Flow: NONE,
  },
  goal_to_element: {
    Association: allBut(),
    Influence: only(...MOTIVATION, 'Grouping'),
    Realization: NONE,
    Aggregation: only('Goal', 'Grouping'),
    Composition: only('Goal', 'Grouping'),
    Specialization: only('Goal', 'Grouping'),
    Assignment: NONE,
    Access: NONE,
    Serving: NONE,
    Triggering: NONE,
    Flow: NONE,
  },
};

export const LINK_TYPES = ['realizes', 'supports', 'enables', 'governs', 'influences'] as const;
export type LinkType = (typeof LINK_TYPES)[number];

interface Meaning {
  readonly directions: readonly Direction[];
  readonly means: LinkRelationship;
  /** What it means for the elements that it means something else for. */
  readonly except?: { readonly of: Types; readonly means: LinkRelationship };
  /** The word says it already; no other one can be given. */
  readonly polarity?: Polarity;
}

const HELPS: Meaning = {
  directions: ['element_to_goal'],
  means: 'Influence',
  except: { of: only('Gap'), means: 'Association' },
  polarity: 'positive',
};

/** The words of the source documents, in the terms of the standard. */
const MEANINGS: Readonly<Record<LinkType, Meaning>> = {
  realizes: { directions: ['element_to_goal'], means: 'Realization' },
  supports: HELPS,
  enables: HELPS,
  governs: {
    directions: ['element_to_goal'],
    means: 'Association',
    except: { of: only('Principle', 'Constraint', 'Requirement'), means: 'Influence' },
  },
  influences: { directions: DIRECTIONS, means: 'Influence' },
};

export const isLegal = (relationship: Relationship, type: ElementType, direction: Direction): boolean =>
  LEGAL[direction][relationship].has(type);

/** The relationship a link type stands for between an element of this type and a goal. */
export const relationshipOf = (linkType: LinkType, type: ElementType): LinkRelationship => {
  const { means, except } = MEANINGS[linkType];
  return except?.of.has(type) ? except.means : means;
};

/** The one polarity that the word itself says. */
export const polarityOf = (linkType: LinkType): Polarity | undefined => MEANINGS[linkType].polarity;

/** Whether the word can be said in this direction, and what it stands for is legal there. */
export const isAllowed = (linkType: LinkType, type: ElementType, direction: Direction): boolean =>
  MEANINGS[linkType].directions.includes(direction) && isLegal(relationshipOf(linkType, type), type, direction);

export interface AllowedLink {
  readonly link_type: LinkType;
  readonly direction: Direction;
}

/** Every link that an element of this type may have with a goal. */
export const allowedLinks = (type: ElementType): AllowedLink[] =>
  LINK_TYPES.flatMap((link_type) =>
    DIRECTIONS.filter((direction) => isAllowed(link_type, type, direction)).map((direction) => ({
      link_type,
      direction,
    })),
  );

/** How an Influence is marked in a model, by polarity and strength. */
export const INFLUENCE_MODIFIERS: Readonly<Record<Polarity, Readonly<Record<RelationshipStrength, string>>>> = {
  positive: { strong: '++', medium: '+', weak: '+' },
  negative: { strong: '--', medium: '-', weak: '-' },
  neutral: { strong: '0', medium: '0', weak: '0' },
};
