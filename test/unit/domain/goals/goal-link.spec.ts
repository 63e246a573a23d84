import * as fc from 'fast-check';
import { DIRECTIONS, ELEMENT_TYPES, isAllowed, LINK_TYPES } from '#domain/goals/archimate';
import { duplicateLink, GoalLink } from '#domain/goals/goal-link';
import type { GoalLinkRequest } from '#domain/goals/goal-link-input';
import type { Result } from '#domain/shared/result';
import { expectOk } from '../../../support/results';

const NOW = new Date('2026-01-26T10:00:00.000Z');
const [GOAL, ELEMENT, TENANT, USER] = ['goal-1', 'element-1', 'tenant-1', 'user-1'];

const USUAL: GoalLinkRequest = {
  goalId: GOAL,
  linkedElementId: ELEMENT,
  linkedElementType: 'Requirement',
  linkType: 'realizes',
};

const create = (more: Partial<GoalLinkRequest> = {}, knowsElement = true): Result<GoalLink> =>
  GoalLink.create({ id: 'link-1', tenantId: TENANT, by: USER }, { ...USUAL, ...more }, knowsElement, NOW);

const link = (more: Partial<GoalLinkRequest> = {}): GoalLink => expectOk(create(more));

/** As it comes back from the store. */
const stored = (more: Partial<GoalLinkRequest> = {}): GoalLink => {
  const { state } = link(more);
  return new GoalLink(state, state);
};

const faults = (result: Result<unknown>) =>
  result.ok ? [] : result.error.fields?.map((one) => [one.pointer, one.code]);

const refusal = (more: Partial<GoalLinkRequest>) => {
  const result = create(more);
  if (result.ok) throw new Error('it should be refused');
  return result.error;
};

describe('Linking a goal with an element', () => {
  it('takes what is usual for all that is left out', () => {
    expect(link().state).toEqual({
      id: 'link-1',
      tenantId: TENANT,
      version: 1,
      createdAt: NOW,
      createdBy: USER,
      updatedAt: NOW,
      updatedBy: USER,
      ...USUAL,
      direction: 'element_to_goal',
      relationship: 'Realization',
      linkedElementName: null,
      relationshipStrength: 'medium',
      contributionLevel: 'medium',
      polarity: 'neutral',
    });
  });

  it('keeps what is given, with a tidy name', () => {
    const given = {
      linkedElementType: 'Principle',
      linkType: 'influences',
      direction: 'goal_to_element',
      linkedElementName: '  Cafe\u0301 first ',
      relationshipStrength: 'strong',
      contributionLevel: 'high',
      polarity: 'negative',
    } as const;
    expect(link(given).state).toMatchObject({ ...given, linkedElementName: 'Café first', relationship: 'Influence' });
  });

  it('tells it, naming the goal and what it is linked with', () => {
    const { facts } = link({ linkedElementType: 'Gap', linkType: 'enables' });
    expect(facts).toEqual([
      {
        type: 'goal_link.created',
        goalId: GOAL,
        details: {
          link_id: 'link-1',
          linked_element_id: ELEMENT,
          linked_element_type: 'Gap',
          link_type: 'enables',
          direction: 'element_to_goal',
          relationship: 'Association',
        },
      },
    ]);
  });

  it.each(['supports', 'enables'] as const)('is positive when it %s, and refuses another polarity', (linkType) => {
    expect(link({ linkType }).state.polarity).toBe('positive');
    expect(link({ linkType, polarity: 'positive' }).state.polarity).toBe('positive');
    expect(faults(create({ linkType, polarity: 'neutral' }))).toEqual([['/polarity', 'not-allowed']]);
    expect(faults(create({ linkType, polarity: 'negative' }))).toEqual([['/polarity', 'not-allowed']]);
  });

  it('takes any polarity by the other words', () => {
    for (const linkType of ['realizes', 'governs', 'influences'] as const)
      for (const polarity of ['positive', 'negative', 'neutral'] as const)
        expect(link({ linkType, polarity }).state.polarity).toBe(polarity);
  });

  it.each([' ', '', 'a\u0000b', 'x'.repeat(256)])('refuses the name %j', (linkedElementName) => {
    expect(faults(create({ linkedElementName }))).toEqual([['/linked_element_name', 'malformed']]);
  });

  it('counts a name in characters, up to 255', () => {
    expect(link({ linkedElementName: '😀'.repeat(255) }).state.linkedElementName).toHaveLength(510);
  });

  it('refuses a goal that is not there, and the goal itself', () => {
    const goal = { linkedElementType: 'Goal', linkType: 'influences' } as const;
    expect(faults(create(goal, false))).toEqual([['/linked_element_id', 'unknown']]);
    expect(faults(create({ ...goal, linkedElementId: GOAL }, true))).toEqual([['/linked_element_id', 'itself']]);
    expect(faults(create(goal, true))).toEqual([]);
  });

  it('asks of no other element whether it is there', () => {
    expect(faults(create({ linkedElementType: 'Capability', linkedElementId: GOAL }, false))).toEqual([]);
  });

  it('names every fault at once', () => {
    const wrong = {
      linkType: 'supports',
      polarity: 'negative',
      linkedElementName: '',
      linkedElementType: 'Goal',
    } as const;
    expect(faults(create(wrong, false))).toEqual([
      ['/linked_element_id', 'unknown'],
      ['/linked_element_name', 'malformed'],
      ['/polarity', 'not-allowed'],
    ]);
  });
});

describe('What ArchiMate does not allow', () => {
  it('is refused with what would be', () => {
    expect(refusal({ linkedElementType: 'Stakeholder' })).toMatchObject({
      kind: 'invalid',
      code: 'goal_link.relationship-not-allowed',
      fields: [{ pointer: '/link_type', code: 'relationship-not-allowed' }],
      details: {
        source_type: 'Stakeholder',
        target_type: 'Goal',
        relationship: 'Realization',
        allowed: [
          { link_type: 'supports', direction: 'element_to_goal' },
          { link_type: 'enables', direction: 'element_to_goal' },
          { link_type: 'governs', direction: 'element_to_goal' },
          { link_type: 'influences', direction: 'element_to_goal' },
          { link_type: 'influences', direction: 'goal_to_element' },
        ],
        hint: null,
      },
    });
  });

  it('is refused with the hint to reverse the direction where that is legal', () => {
    const { message, fields, details } = refusal({ direction: 'goal_to_element' });
    expect(fields).toMatchObject([{ pointer: '/direction' }]);
    expect(details).toMatchObject({ source_type: 'Goal', target_type: 'Requirement', hint: 'reverse the direction' });
    expect(message).toMatch(/no Realization from Goal to Requirement .*: reverse the direction\.$/);
  });

  it('is refused together with the faults of the fields', () => {
    const { code, fields } = refusal({ linkedElementType: 'Gap', linkedElementName: '' });
    expect(code).toBe('goal_link.relationship-not-allowed');
    expect(fields?.map(({ pointer }) => pointer)).toEqual(['/link_type', '/linked_element_name']);
  });

  it('is exactly what the table does not have, and one of the allowed is always taken', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ELEMENT_TYPES),
        fc.constantFrom(...LINK_TYPES),
        fc.constantFrom(...DIRECTIONS),
        (linkedElementType, linkType, direction) => {
          const made = create({ linkedElementType, linkType, direction });
          expect(made.ok).toBe(isAllowed(linkType, linkedElementType, direction));
          if (made.ok) return;
          const allowed = made.error.details?.allowed as readonly {
            link_type: typeof linkType;
            direction: typeof direction;
          }[];
          expect(allowed.length).toBeGreaterThan(0);
          for (const one of allowed)
            expect(create({ linkedElementType, linkType: one.link_type, direction: one.direction }).ok).toBe(true);
        },
      ),
    );
  });
});

describe('Changing a link', () => {
  it('changes name, strength, contribution and polarity, and tells old and new', () => {
    const edited = stored({ linkedElementName: 'Old' });
    const patch = {
      linkedElementName: null,
      relationshipStrength: 'weak',
      contributionLevel: 'low',
      polarity: 'negative',
    } as const;
    expectOk(edited.edit(patch));
    expect(edited.state).toMatchObject(patch);
    expect(edited.facts).toMatchObject([
      {
        type: 'goal_link.updated',
        goalId: GOAL,
        details: {
          link_id: 'link-1',
          changes: {
            linked_element_name: { old: 'Old', new: null },
            relationship_strength: { old: 'medium', new: 'weak' },
            contribution_level: { old: 'medium', new: 'low' },
            polarity: { old: 'neutral', new: 'negative' },
          },
        },
      },
    ]);
  });

  it('leaves what is not given, and tells nothing of what is the same', () => {
    const edited = stored({ linkedElementName: 'Name', contributionLevel: 'high' });
    expectOk(edited.edit({ linkedElementName: ' Name ', contributionLevel: 'high' }));
    expectOk(edited.edit({}));
    expect(edited.state).toBe(edited.stored);
    expect(edited.facts).toEqual([]);
  });

  it('may repeat what is fixed, and refuses another value for it', () => {
    const { linkedElementId, linkedElementType, linkType } = USUAL;
    const fixed = { linkedElementId, linkedElementType, linkType, direction: 'element_to_goal' };
    expectOk(stored().edit(fixed));
    const other = { linkedElementId: 'x', linkedElementType: 'Driver', linkType: null, direction: 'goal_to_element' };
    expect(faults(stored().edit({ ...other, linkedElementName: '' }))).toEqual([
      ['/linked_element_id', 'fixed'],
      ['/linked_element_type', 'fixed'],
      ['/link_type', 'fixed'],
      ['/direction', 'fixed'],
      ['/linked_element_name', 'malformed'],
    ]);
  });

  it('keeps what supports a goal positive', () => {
    expect(faults(stored({ linkType: 'supports' }).edit({ polarity: 'neutral' }))).toEqual([
      ['/polarity', 'not-allowed'],
    ]);
  });
});

describe('Removing a link', () => {
  it('is told', () => {
    const removed = stored();
    removed.remove();
    expect(removed.facts).toMatchObject([{ type: 'goal_link.deleted', goalId: GOAL, details: { link_id: 'link-1' } }]);
  });
});

describe('The same link once more', () => {
  it('names the one that is there, where it is known', () => {
    expect(duplicateLink('link-1')).toMatchObject({
      kind: 'conflict',
      code: 'goal_link.duplicate',
      details: { existing_id: 'link-1' },
    });
    expect(duplicateLink().details).toBeUndefined();
  });
});
