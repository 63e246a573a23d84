import { Actor } from '#domain/shared/actor';
import { ROLES } from '#domain/shared/permissions';
import type { AuditEntryView } from '#application/shared/audit/audit-log';
import { ListAuditEntries, ListAuditEntriesHandler } from '#application/shared/audit/list-audit-entries';
import { ListAuditEntriesOf, ListAuditEntriesOfHandler } from '#application/shared/audit/list-audit-entries-of';
import { InMemoryAuditLog } from '../../../support/fakes/in-memory-audit-log';
import { pageRequest } from '../../../support/fakes/pages';

const TENANT = '11111111-1111-4111-8111-111111111111';
const USER = '22222222-2222-4222-8222-222222222222';
const WORKFLOW = '33333333-3333-4333-8333-333333333333';
const GOAL = '44444444-4444-4444-8444-444444444444';
const page = pageRequest({ by: 'occurred_at' });

const entry = (id: string, type: string, of: string): AuditEntryView => ({
  id,
  occurred_at: '2026-01-26T10:00:00.000Z',
  action: `${type}.created`,
  entity_type: type,
  entity_id: of,
  actor_id: USER,
  changes: {},
  request_id: null,
});

const log = new InMemoryAuditLog(TENANT, [entry('1', 'workflow', WORKFLOW), entry('2', 'goal', GOAL)]);
const all = (actor: Actor) => new ListAuditEntriesHandler(log).execute(new ListAuditEntries(actor, page));
const of = (actor: Actor, id = WORKFLOW) =>
  new ListAuditEntriesOfHandler(log).execute(new ListAuditEntriesOf(actor, 'workflow', id, page));

describe('the audit log', () => {
  it.each(ROLES)('answers %s when the role is Owner or Admin, and nobody else', async (role) => {
    const actor = Actor.member(TENANT, USER, role);
    const may = role === 'Owner' || role === 'Admin';
    const refused = { ok: false, error: { code: 'forbidden' } };
    expect(await all(actor)).toMatchObject(may ? { value: { items: [{ id: '2' }, { id: '1' }] } } : refused);
    expect(await of(actor)).toMatchObject(may ? { value: { items: [{ id: '1' }] } } : refused);
  });

  it('of what was never there, is of another kind, or is of another tenant is missing', async () => {
    const missing = { ok: false, error: { kind: 'missing', code: 'workflow.not-found' } };
    expect(await of(Actor.member(TENANT, USER, 'Owner'), USER)).toMatchObject(missing);
    expect(await of(Actor.member(TENANT, USER, 'Owner'), GOAL)).toMatchObject(missing);
    expect(await of(Actor.member(USER, USER, 'Owner'))).toMatchObject(missing);
  });
});
