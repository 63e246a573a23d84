import * as fc from 'fast-check';
import {
  allowedLinks,
  ARCHIMATE,
  DIRECTIONS,
  ELEMENT_TYPES,
  elementTypeOf,
  INFLUENCE_MODIFIERS,
  isAllowed,
  isLegal,
  LINK_TYPES,
  polarityOf,
  relationshipOf,
  RELATIONSHIPS,
  type Direction,
  type ElementType,
  type LinkType,
  type Relationship,
} from '#domain/goals/archimate';

/** The document's words, read by this file alone: nothing of the table under test takes part in what is expected. */
const GROUPS: Readonly<Record<string, string>> = {
  Motivation: `Stakeholder, Driver, Assessment, Goal, Outcome, Principle, Requirement, Constraint, Meaning, Value`,
  Strategy: `Resource, Capability, CourseOfAction, ValueStream`,
  Business: `BusinessActor, BusinessRole, BusinessCollaboration, BusinessInterface, BusinessProcess, BusinessFunction,
    BusinessInteraction, BusinessEvent, BusinessService, BusinessObject, Contract, Representation, Product`,
  Application: `ApplicationComponent, ApplicationCollaboration, ApplicationInterface, ApplicationFunction,
    ApplicationInteraction, ApplicationProcess, ApplicationEvent, ApplicationService, DataObject`,
  Technology: `Node, Device, SystemSoftware, TechnologyCollaboration, TechnologyInterface, Path, CommunicationNetwork,
    TechnologyFunction, TechnologyProcess, TechnologyInteraction, TechnologyEvent, TechnologyService, Artifact`,
  Physical: `Equipment, Facility, DistributionNetwork, Material`,
  Implementation: `WorkPackage, Deliverable, ImplementationEvent, Plateau, Gap`,
  Composite: `Grouping, Location`,
};

const listed = (text: string): string[] => text.split(',').map((word) => word.trim());
const TYPES = Object.values(GROUPS).flatMap(listed);

const NAMED = 'Association Influence Realization Aggregation Composition Specialization'.split(' ');
const NEVER = 'Assignment Access Serving Triggering Flow'.split(' ');

const TO_GOAL: Readonly<Record<string, string>> = {
  Association: 'every type',
  Influence: 'every type except Gap',
  Realization: 'every type except Goal, Stakeholder, Driver, Assessment, Meaning, Value, ImplementationEvent, Gap',
  Aggregation: 'Goal, Plateau, Grouping, Location',
  Composition: 'Goal, Plateau, Grouping, Location',
  Specialization: 'Goal, Grouping',
};

const FROM_GOAL: Readonly<Record<string, string>> = {
  Association: 'every type',
  Influence: `${GROUPS.Motivation!}, Grouping`,
  Realization: '',
  Aggregation: 'Goal, Grouping',
  Composition: 'Goal, Grouping',
  Specialization: 'Goal, Grouping',
};

const legal = (row: string, type: string): boolean => {
  const [, except] = /^every type(?: except (.*))?$/.exec(row) ?? [];
  if (row.startsWith('every type')) return !listed(except ?? '').includes(type);
  return listed(row).includes(type);
};

/** The five words by the document's last table. */
const meaning = (word: LinkType, type: ElementType): Relationship => {
  switch (word) {
    case 'realizes':
      return 'Realization';
    case 'influences':
      return 'Influence';
    case 'supports':
    case 'enables':
      return type === 'Gap' ? 'Association' : 'Influence';
    case 'governs':
      return ['Principle', 'Constraint', 'Requirement'].includes(type) ? 'Influence' : 'Association';
  }
};

const expected = (word: LinkType, type: ElementType, direction: Direction): boolean => {
  if (direction === 'goal_to_element') return word === 'influences' && legal(FROM_GOAL.Influence!, type);
  return legal(TO_GOAL[meaning(word, type)]!, type);
};

const type = fc.constantFrom(...ELEMENT_TYPES);
const direction = fc.constantFrom(...DIRECTIONS);
const word = fc.constantFrom(...LINK_TYPES);

describe('The table of ArchiMate', () => {
  it('says of which edition it is, and has its 60 types and 11 relationships', () => {
    expect(ARCHIMATE).toBe('archimate-3.2');
    expect([...ELEMENT_TYPES]).toEqual(TYPES);
    expect(new Set(ELEMENT_TYPES).size).toBe(TYPES.length);
    expect([...RELATIONSHIPS].sort()).toEqual([...NAMED, ...NEVER].sort());
  });

  it.each([
    ['element_to_goal', TO_GOAL],
    ['goal_to_element', FROM_GOAL],
  ] as const)('equals the matrix of the document for every type and relationship, %s', (way, rows) => {
    for (const one of ELEMENT_TYPES)
      for (const relationship of RELATIONSHIPS)
        expect({ one, relationship, legal: isLegal(relationship, one, way) }).toEqual({
          one,
          relationship,
          legal: !NEVER.includes(relationship) && legal(rows[relationship]!, one),
        });
  });

  it('means by the five words what the document says, for every type and direction', () => {
    for (const one of ELEMENT_TYPES)
      for (const linkType of LINK_TYPES) {
        expect([one, linkType, relationshipOf(linkType, one)]).toEqual([one, linkType, meaning(linkType, one)]);
        for (const way of DIRECTIONS)
          expect([one, linkType, way, isAllowed(linkType, one, way)]).toEqual([
            one,
            linkType,
            way,
            expected(linkType, one, way),
          ]);
      }
  });

  it('allows nothing that the matrix does not have, and names exactly what it allows', () => {
    fc.assert(
      fc.property(type, direction, word, (one, way, linkType) => {
        const allowed = isAllowed(linkType, one, way);
        const named = allowedLinks(one).some((link) => link.link_type === linkType && link.direction === way);
        return named === allowed && (!allowed || isLegal(relationshipOf(linkType, one), one, way));
      }),
    );
  });

  it.each([
    ['Requirement', 'realizes', 'element_to_goal', true],
    ['Requirement', 'realizes', 'goal_to_element', false],
    ['Stakeholder', 'realizes', 'element_to_goal', false],
    ['Driver', 'realizes', 'element_to_goal', false],
    ['Assessment', 'realizes', 'element_to_goal', false],
    ['Stakeholder', 'influences', 'element_to_goal', true],
    ['Capability', 'influences', 'element_to_goal', true],
    ['Capability', 'influences', 'goal_to_element', false],
    ['Outcome', 'realizes', 'element_to_goal', true],
    ['Goal', 'realizes', 'element_to_goal', false],
    ['Gap', 'realizes', 'element_to_goal', false],
    ['Gap', 'influences', 'element_to_goal', false],
    ['Gap', 'supports', 'element_to_goal', true],
    ['ImplementationEvent', 'realizes', 'element_to_goal', false],
    ['ImplementationEvent', 'influences', 'element_to_goal', true],
  ] as const)('has the case of the document: %s, %s, %s: %s', (one, linkType, way, allowed) => {
    expect(isAllowed(linkType, one, way)).toBe(allowed);
  });

  it('lets a Plateau aggregate a Goal, and not the reverse', () => {
    expect(isLegal('Aggregation', 'Plateau', 'element_to_goal')).toBe(true);
    expect(isLegal('Aggregation', 'Plateau', 'goal_to_element')).toBe(false);
  });
});

describe('The name of an element type', () => {
  it('is read in PascalCase and in snake_case', () => {
    for (const one of ELEMENT_TYPES) {
      const words = one.match(/[A-Z][a-z]*/g) ?? [];
      expect([elementTypeOf(one), elementTypeOf(words.join('_').toLowerCase())]).toEqual([one, one]);
    }
  });

  it.each([
    'banana',
    '',
    'COURSE_OF_ACTION',
    'courseOfAction',
    'courseofaction',
    'Course_Of_Action',
    'course-of-action',
    ' Goal',
    '_goal',
    'constructor',
    '__proto__',
  ])('is none for %j', (text) => {
    expect(elementTypeOf(text)).toBeUndefined();
  });
});

describe('An influence', () => {
  it('is marked by polarity and strength', () => {
    expect(INFLUENCE_MODIFIERS).toEqual({
      positive: { strong: '++', medium: '+', weak: '+' },
      negative: { strong: '--', medium: '-', weak: '-' },
      neutral: { strong: '0', medium: '0', weak: '0' },
    });
  });

  it('is positive by the words supports and enables, and open by the others', () => {
    expect(LINK_TYPES.map((linkType) => [linkType, polarityOf(linkType)])).toEqual([
      ['realizes', undefined],
      ['supports', 'positive'],
      ['enables', 'positive'],
      ['governs', undefined],
      ['influences', undefined],
    ]);
  });
});
