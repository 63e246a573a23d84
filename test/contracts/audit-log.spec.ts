import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { AuditLog, type AuditEntryView } from '#application/shared/audit/audit-log';
import { TestApp } from '../support/app';
import { InMemoryAuditLog } from '../support/fakes/in-memory-audit-log';
import { pageRequest } from '../support/fakes/pages';
import { inDoor } from '../support/in-door';

type Filters = Record<string, readonly string[]>;
type Ask = <T>(use: (log: AuditLog) => Promise<T>, tenantId?: string) => Promise<T>;

/** A workflow that is made by a member and deleted, and an enrollment that the service ends. */
const story = () => {
  const [tenant, member, workflow, enrollment] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const entry = (at: string, action: string, more: Partial<AuditEntryView>): AuditEntryView => ({
    id: randomUUID(),
    occurred_at: `2026-01-26T${at}.000Z`,
    action,
    entity_type: 'workflow',
    entity_id: workflow,
    actor_id: member,
    changes: {},
    request_id: null,
    ...more,
  });
  const entries = [
    entry('10:00:00', 'workflow.created', {
      request_id: 'request-1',
      changes: { name: { old: null, new: 'Cart' }, steps: { old: null, new: [{ type: 'wait', duration: 'P1D' }] } },
    }),
    entry('11:00:00', 'workflow.exit.goal', { entity_type: 'enrollment', entity_id: enrollment, actor_id: null }),
    entry('12:00:00', 'workflow.deleted', {
      changes: { deleted_at: { old: null, new: '2026-01-26T12:00:00.000Z' } },
    }),
  ] as const;
  return { tenant, member, workflow, enrollment, entries };
};
type Story = ReturnType<typeof story>;

const suite = (make: (told: Story) => Promise<Ask>) => {
  const told = story();
  const [created, exited, deleted] = told.entries;
  let ask: Ask;
  const page = (filters: Filters = {}) => pageRequest({ by: 'occurred_at', filters });
  const all = async (filters: Filters) => (await ask((log) => log.entries(told.tenant, page(filters)))).items;
  const of = (id: string, filters: Filters = {}, tenant = told.tenant) =>
    ask((log) => log.entriesOf(tenant, 'workflow', id, page(filters)), tenant);

  beforeAll(async () => {
    ask = await make(told);
  });

  it('lists what was done in a tenant, the latest first, with every field as it was written', async () => {
    expect(await all({})).toEqual([deleted, exited, created]);
  });

  it('lists what was done to one thing', async () => {
    expect((await of(told.workflow))?.items).toEqual([deleted, created]);
    expect((await of(told.workflow, { action: ['workflow.created', 'x'] }))?.items).toEqual([created]);
    expect((await of(told.workflow, { action: ['x'] }))?.items).toEqual([]);
  });

  it('filters by what it was done to, what was done, who did it and when', async () => {
    expect(await all({ entity_type: ['enrollment', 'task'] })).toEqual([exited]);
    expect(await all({ entity_id: [told.enrollment] })).toEqual([exited]);
    expect(await all({ action: ['workflow.deleted'] })).toEqual([deleted]);
    expect(await all({ actor_id: [told.member] })).toEqual([deleted, created]);
    const range = { occurred_after: [created.occurred_at], occurred_before: [deleted.occurred_at] };
    expect(await all(range)).toEqual([exited, created]);
  });

  it('knows nothing that nothing was ever done to: an unknown id, one of another kind, a foreign one', async () => {
    expect(await of(randomUUID())).toBeNull();
    expect(await of(told.enrollment)).toBeNull();
    const foreign = randomUUID();
    expect(await of(told.workflow, {}, foreign)).toBeNull();
    expect((await ask((log) => log.entries(foreign, page()), foreign)).items).toEqual([]);
  });
};

describe('the audit log in memory', () => {
  suite((told) => {
    const log = new InMemoryAuditLog(told.tenant, told.entries);
    return Promise.resolve((use) => use(log));
  });
});

describe('the audit log in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async ({ tenant, entries }) => {
    await app.rows(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'shop', now(), now())`, [
      tenant,
    ]);
    await app.rows(
      `INSERT INTO audit_log SELECT $1, e.id, e.occurred_at, e.action, e.entity_type, e.entity_id, e.actor_id, e.changes, e.request_id
       FROM json_populate_recordset(NULL::audit_log, $2) AS e`,
      [tenant, JSON.stringify(entries)],
    );
    const log = app.nest.get<AuditLog>(AuditLog);
    return (use, tenantId = tenant) => inDoor(app, Actor.system([tenantId], 'audit:read'), () => use(log));
  });
});
