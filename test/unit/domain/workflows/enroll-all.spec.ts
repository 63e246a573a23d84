import { conflict } from '#domain/shared/errors';
import { err, ok } from '#domain/shared/result';
import { couldEnroll, enrollAll, type ContactToEnroll, type KnownContact } from '#domain/workflows/enroll-all';
import { alreadyEnrolled } from '#domain/workflows/enrollment';
import { TENANT } from './builders';

const now = new Date('2026-01-10T08:00:00.000Z');
const tomorrow = new Date('2026-01-11T08:00:00.000Z');
const workflow = { id: 'workflow-1', tenantId: TENANT, status: 'active', steps: [] } as const;
const known: KnownContact = { optedOut: false, hasOpenEnrollment: false, attributes: {} };

let ids = 0;
const asked = (contactId: string, more: Partial<ContactToEnroll> = {}) =>
  ok({ id: `e-${(ids += 1)}`, contactId, ...more });
const contacts = (...some: readonly [string, Partial<KnownContact>][]) =>
  new Map(some.map(([id, more]) => [id, { ...known, ...more }]));
const codesOf = ({ results }: ReturnType<typeof enrollAll>) =>
  results.map((result) => (result.ok ? 'enrolled' : result.error.code));

describe('enrolling many (SPEC 4.4)', () => {
  it('enrolls each on its own: one that is refused holds up no other', () => {
    const requests = [asked('a'), asked('b'), asked('c', { enrolledAt: tomorrow }), asked('d'), asked('new')];
    const some = contacts(['a', {}], ['b', { optedOut: true }], ['c', {}], ['d', { hasOpenEnrollment: true }]);
    expect(codesOf(enrollAll(workflow, requests, some, now))).toEqual([
      'enrolled',
      'contact.opted-out',
      'validation-failed',
      'enrollment.already-open',
      'enrolled',
    ]);
  });

  it('takes the first of two requests for one contact', () => {
    const { results } = enrollAll(workflow, [asked('a'), asked('a')], contacts(['a', {}]), now);
    expect(results[0]?.ok).toBe(true);
    expect(results[1]).toEqual(err(alreadyEnrolled));
  });

  it('takes the second when the first was refused for a reason of its own', () => {
    const requests = [asked('a', { enrolledAt: tomorrow }), asked('a')];
    expect(codesOf(enrollAll(workflow, requests, contacts(['a', {}]), now))).toEqual(['validation-failed', 'enrolled']);
  });

  it('answers what could not be read with its own error, in its place', () => {
    const unread = err(conflict('test', 'not read'));
    expect(enrollAll(workflow, [unread, asked('a')], contacts(['a', {}]), now).results[0]).toBe(unread);
  });

  it('merges the attributes of those enrolled, and tells of those that changed only', () => {
    const requests = [
      asked('merged', { attributes: { b: 2, c: null } }),
      asked('same', { attributes: { a: 1 } }),
      asked('none'),
      asked('refused', { attributes: { b: 2 } }),
      asked('new', { attributes: { b: 2 } }),
    ];
    const some = contacts(
      ['merged', { attributes: { a: 1, c: 3 } }],
      ['same', { attributes: { a: 1 } }],
      ['none', { attributes: { a: 1 } }],
      ['refused', { optedOut: true }],
    );
    expect([...enrollAll(workflow, requests, some, now).attributes]).toEqual([
      ['merged', { a: 1, b: 2 }],
      ['new', { b: 2 }],
    ]);
  });

  it('knows what is refused whoever the contact is', () => {
    const request = { id: 'e', contactId: 'a' };
    expect(couldEnroll(workflow, request, now)).toBe(true);
    expect(couldEnroll(workflow, { ...request, enrolledAt: tomorrow }, now)).toBe(false);
    expect(couldEnroll({ ...workflow, status: 'paused' }, request, now)).toBe(false);
  });
});
