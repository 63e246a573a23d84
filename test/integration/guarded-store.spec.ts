import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import type { Workflow } from '#domain/workflows/workflow';
import type { Door } from '#application/shared/door';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { CreateWorkflow } from '#application/workflows/commands/create-workflow';
import { EditWorkflow } from '#application/workflows/commands/edit-workflow';
import { eventually, TestApp, type Tenant } from '../support/app';
import { Do, doorOf } from './support/in-door';

let app: TestApp;
let tenant: Tenant;
let actor: Actor;
let door: Door;
let workflows: WorkflowRepository;
let made = 0;

beforeAll(async () => {
  app = await TestApp.start();
  tenant = await app.tenant();
  actor = Actor.member(tenant.id, tenant.userId, 'Owner');
  door = doorOf(app);
  workflows = app.nest.get(WorkflowRepository);
});
afterAll(() => app.stop());

const create = async (name = `A workflow ${(made += 1)}`): Promise<string> => {
  const result = await door.send(new CreateWorkflow(actor, { name, description: null, goalLogic: 'any', steps: [] }));
  if (!result.ok) throw new Error(result.error.message);
  return result.value.id;
};

/** Reads the workflow, does something to it, waits if told to, and saves it: all in one request. */
const change = (
  id: string,
  work: (workflow: Workflow) => Result<void>,
  wait?: Promise<unknown>,
): Promise<Result<void>> =>
  door.send(
    new Do<void>(actor, async () => {
      const workflow = await workflows.find(tenant.id, id);
      if (!workflow) throw new Error('it is not there');
      const worked = work(workflow);
      if (!worked.ok) return worked;
      await wait;
      return workflows.save(workflow);
    }),
  );

const auditOf = (id: string) =>
  app.rows<{ action: string; changes: object; actor_id: string; request_id: string | null }>(
    'SELECT action, changes, actor_id, request_id FROM audit_log WHERE entity_id = $1 ORDER BY occurred_at, id',
    [id],
  );

const toldOf = async (id: string) => {
  const rows = await app.rows<{ message: string }>('SELECT message FROM outbox WHERE message LIKE $1 ORDER BY id', [
    `%${id}%`,
  ]);
  return rows.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
};

interface Row {
  readonly name: string;
  readonly description: string | null;
  readonly goal_logic: 'any' | 'all';
  readonly steps: unknown;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const stored = async (id: string) => (await app.rows<Row>('SELECT * FROM workflows WHERE id = $1', [id]))[0]!;

describe('The guarded store', () => {
  it('never loses an update: of two writers who read the same version one is told it is stale', async () => {
    const id = await create();
    let first: () => void = () => undefined;
    const afterTheOther = new Promise<void>((resolve) => (first = resolve));
    const late = change(id, (workflow) => workflow.edit({ description: 'late' }), afterTheOther);
    expect(await change(id, (workflow) => workflow.edit({ name: 'Changed first' }))).toEqual(done);
    first();
    expect(await late).toMatchObject({ ok: false, error: { kind: 'stale', details: { current_version: 2 } } });
    expect(await stored(id)).toMatchObject({ name: 'Changed first', description: null, version: 2 });
  });

  it('tells the version that is present, however often it has changed meanwhile', async () => {
    const id = await create();
    let first: () => void = () => undefined;
    const late = change(
      id,
      (workflow) => workflow.edit({ description: 'late' }),
      new Promise<void>((go) => (first = go)),
    );
    for (const description of ['one', 'two', 'three'])
      expect(await change(id, (workflow) => workflow.edit({ description }))).toEqual(done);
    first();
    expect(await late).toMatchObject({ error: { details: { current_version: 4 } } });
  });

  it('lets exactly one of many at once through, and counts no version twice', async () => {
    const id = await create();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => door.send(new EditWorkflow(actor, id, 1, { description: `by ${n}` }))),
    );
    expect(results.filter(({ ok: isOk }) => isOk)).toHaveLength(1);
    expect(new Set(results.map((result) => (result.ok ? 'ok' : result.error.kind)))).toEqual(new Set(['ok', 'stale']));
    expect((await stored(id)).version).toBe(2);
    expect(await auditOf(id)).toHaveLength(2);
    expect(await toldOf(id)).toHaveLength(2);
  });

  it('writes who, when and what, old and new, in the same transaction', async () => {
    const id = await create('With a past');
    expect(await change(id, (workflow) => workflow.edit({ name: 'With a future', goalLogic: 'all' }))).toEqual(done);
    expect(await auditOf(id)).toEqual([
      {
        action: 'workflow.created',
        actor_id: tenant.userId,
        request_id: null,
        changes: expect.objectContaining({
          name: { old: null, new: 'With a past' },
          status: { old: null, new: 'draft' },
        }) as object,
      },
      {
        action: 'workflow.updated',
        actor_id: tenant.userId,
        request_id: null,
        changes: { name: { old: 'With a past', new: 'With a future' }, goal_logic: { old: 'any', new: 'all' } },
      },
    ]);
    expect(await toldOf(id)).toMatchObject([
      { event_type: 'workflow.created', version: 1, user_id: tenant.userId, tenant_id: tenant.id },
      { event_type: 'workflow.updated', version: 2, details: { changes: { goal_logic: { old: 'any', new: 'all' } } } },
    ]);
  });

  it('leaves nothing when the rest of the request is refused or breaks', async () => {
    const id = await create();
    const refused = conflict('test.refused', 'No.');
    const andThen = (end: () => Promise<Result<void>>) =>
      door.send(
        new Do<void>(actor, async () => {
          const workflow = await workflows.find(tenant.id, id);
          const edited = workflow!.edit({ name: `Never ${randomUUID()}` });
          const saved = edited.ok ? await workflows.save(workflow!) : edited;
          return saved.ok ? end() : saved;
        }),
      );
    expect(await andThen(async () => err(refused))).toEqual(err(refused));
    await expect(andThen(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    expect([(await stored(id)).version, (await auditOf(id)).length, (await toldOf(id)).length]).toEqual([1, 1, 1]);
  });

  it('writes nothing without a change: no version, no audit entry, no message', async () => {
    const id = await create();
    const before = await stored(id);
    const { name, description, goal_logic: goalLogic, steps } = before;
    expect(await change(id, (workflow) => workflow.edit({ name, description, goalLogic, steps }))).toEqual(done);
    expect(await stored(id)).toEqual(before);
    expect([(await auditOf(id)).length, (await toldOf(id)).length]).toEqual([1, 1]);
  });

  it('keeps what was, who made it and when, and notes who changed it and when', async () => {
    const id = await create();
    const before = await stored(id);
    const other = Actor.member(tenant.id, randomUUID(), 'Editor');
    const result = await door.send(new EditWorkflow(other, id, 1, { description: 'by another' }));
    expect(result).toMatchObject({ ok: true, value: { version: 2, updated_by: other.userId } });
    const after = await stored(id);
    expect(after).toMatchObject({ created_at: before.created_at, created_by: tenant.userId, updated_by: other.userId });
    expect(Number(after.updated_at)).toBeGreaterThanOrEqual(Number(before.updated_at));
  });

  it('says in the words of the business that a key is taken, and passes on what it does not know', async () => {
    await create('Taken');
    const again = { name: 'TAKEN', description: null, goalLogic: 'any', steps: [] } as const;
    expect(await door.send(new CreateWorkflow(actor, again))).toMatchObject({
      ok: false,
      error: { kind: 'conflict', code: 'workflow.name-taken' },
    });
    const nobody = Actor.member(randomUUID(), randomUUID(), 'Owner');
    await expect(door.send(new CreateWorkflow(nobody, again))).rejects.toMatchObject({ code: '23503' });
  });

  it('lets one of two names at once through', async () => {
    const name = 'At once';
    const both = await Promise.all(
      [1, 2].map(() =>
        create(name).then(
          () => 'made',
          () => 'refused',
        ),
      ),
    );
    expect(both.sort()).toEqual(['made', 'refused']);
  });

  it('changes nothing of another tenant, whatever id it is given', async () => {
    const id = await create();
    const other = await app.tenant();
    const stranger = Actor.member(other.id, other.userId, 'Owner');
    const before = await stored(id);
    const workflow = await door.send(new Do(actor, async () => ok(await workflows.find(tenant.id, id))));
    if (!workflow.ok || !workflow.value) throw new Error('it is not there');
    const held = workflow.value;
    expect(held.edit({ name: 'Taken over' })).toEqual(done);
    expect(await door.send(new Do(stranger, () => workflows.save(held)))).toMatchObject({ error: { kind: 'missing' } });
    expect(await stored(id)).toEqual(before);
  });

  it('leaves no lock and no transaction behind', async () => {
    await eventually(
      () =>
        app.rows(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'goal_service_app' AND state LIKE 'idle in%'`,
        ),
      (held) => held.length === 0,
    );
  });
});
