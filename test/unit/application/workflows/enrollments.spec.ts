import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { conflict } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactToEnroll } from '#domain/workflows/enroll-all';
import { alreadyEnrolled, type HandedInAction } from '#domain/workflows/enrollment';
import { ClaimActions, ClaimActionsHandler } from '#application/workflows/commands/claim-actions';
import { CompleteAction, CompleteActionHandler } from '#application/workflows/commands/complete-action';
import {
  CompleteElapsedWaits,
  CompleteElapsedWaitsHandler,
} from '#application/workflows/commands/complete-elapsed-waits';
import { CompleteEnrollment, CompleteEnrollmentHandler } from '#application/workflows/commands/complete-enrollment';
import { EnrollContact, EnrollContactHandler } from '#application/workflows/commands/enroll-contact';
import { EnrollContacts, EnrollContactsHandler } from '#application/workflows/commands/enroll-contacts';
import { EraseContact, EraseContactHandler } from '#application/workflows/commands/erase-contact';
import { ExitEnrollment, ExitEnrollmentHandler } from '#application/workflows/commands/exit-enrollment';
import {
  ExitEnrollments,
  ExitEnrollmentsHandler,
  type ExitFilter,
} from '#application/workflows/commands/exit-enrollments';
import { FailAction, FailActionHandler } from '#application/workflows/commands/fail-action';
import { PutContact, PutContactHandler } from '#application/workflows/commands/put-contact';
import { GetContact, GetContactHandler } from '#application/workflows/queries/get-contact';
import { GetEnrollment, GetEnrollmentHandler } from '#application/workflows/queries/get-enrollment';
import { ListEnrollments, ListEnrollmentsHandler } from '#application/workflows/queries/list-enrollments';
import type { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import { InMemoryContacts, InMemoryEnrollments } from '../../../support/fakes/in-memory-enrollments';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { FORBIDDEN, refusal, World } from './world';

const HOUR = 3_600_000;
const NO_WORKFLOW = refusal('missing', 'workflow.not-found');
const NO_ENROLLMENT = refusal('missing', 'enrollment.not-found');
const ENDED = refusal('conflict', 'enrollment.not-open');
const LOST = refusal('conflict', 'pending_action.lease-lost');
const NO_ACTION = refusal('missing', 'pending_action.not-found');

let world: World;
let people: InMemoryEnrollments;
let contacts: InMemoryContacts;
let workflow: string;
beforeEach(async () => {
  world = new World();
  people = new InMemoryEnrollments(world.clock, world.ids, world.userId);
  contacts = new InMemoryContacts(people);
  workflow = await world.workflow();
  await world.activate(workflow);
});

const mute = () => Actor.system([world.tenantId]);
const many = (store: EnrollmentStore = people) =>
  new EnrollContactsHandler(world.workflows, store, world.clock, world.ids);

const enrollAs = (actor: Actor, contact: ContactToEnroll, workflowId = workflow) =>
  new EnrollContactHandler(many()).execute(new EnrollContact(actor, workflowId, contact));
const enroll = async (contactId: string, ...pendingActions: readonly HandedInAction[]) =>
  expectOk(await enrollAs(world.admin, { contactId, pendingActions }));
const step = (hours: number, actionType: HandedInAction['actionType'] = 'send_email'): HandedInAction => ({
  actionType,
  scheduledAt: new Date(world.clock.now().getTime() + hours * HOUR),
  config: null,
});

const read = async (id: string) =>
  expectOk(await new GetEnrollmentHandler(people).execute(new GetEnrollment(world.as('Viewer'), id)));
const claim = async () => {
  const all = { limit: 10, leaseSeconds: 60, types: null };
  const [action] = expectOk(await new ClaimActionsHandler(people).execute(new ClaimActions(world.admin, all))).items;
  if (!action) throw new Error('nothing is due');
  return action;
};

describe('enrolling', () => {
  it('answers the enrollment as it can be read afterwards', async () => {
    for (const steps of [[], [step(1)], [step(0, 'wait'), step(0)], [step(0, 'wait'), step(1)]]) {
      const made = await enroll(randomUUID(), ...steps);
      expect(await people.enrollments(world.tenantId, [made.id])).toEqual([made]);
    }
  });

  it('takes one open enrollment per workflow and contact', async () => {
    await enroll('c-1');
    expect(await enrollAs(world.admin, { contactId: 'c-1' })).toEqual(err(alreadyEnrolled));
  });

  it('says so too when another has been faster', async () => {
    const outrun: EnrollmentStore = {
      holdContacts: (...args) => people.holdContacts(...args),
      keepAttributes: (...args) => people.keepAttributes(...args),
      add: () => Promise.resolve(new Set()),
    };
    const command = new EnrollContacts(world.admin, workflow, [ok({ contactId: 'c-1' })]);
    expect(await many(outrun).execute(command)).toEqual(ok([err(alreadyEnrolled)]));
  });

  it('answers many each on their own, in their order', async () => {
    await contacts.put(world.tenantId, 'out', { optedOut: true });
    const unread = err(conflict('test', 'could not be read'));
    const asked: Result<ContactToEnroll>[] = [
      ok({ contactId: 'a', attributes: { n: 1 } }),
      unread,
      ok({ contactId: 'out' }),
      ok({ contactId: 'a' }),
      ok({ contactId: 'late', enrolledAt: new Date(world.clock.now().getTime() + 1) }),
      ok({ contactId: 'b' }),
    ];
    const results = expectOk(await many().execute(new EnrollContacts(world.admin, workflow, asked)));
    expect(results.map((one) => (one.ok ? one.value.contact_id : one.error.code))).toEqual([
      'a',
      'test',
      'contact.opted-out',
      'enrollment.already-open',
      'validation-failed',
      'b',
    ]);
    expect((await people.contact(world.tenantId, 'a'))?.attributes).toEqual({ n: 1 });
    expect(await people.contact(world.tenantId, 'late')).toBeNull();
  });

  it('needs the permission and a workflow of the tenant', async () => {
    expect(await enrollAs(world.as('Viewer'), { contactId: 'c' })).toMatchObject(FORBIDDEN);
    expect(await enrollAs(world.admin, { contactId: 'c' }, randomUUID())).toMatchObject(NO_WORKFLOW);
    expect(await enrollAs(world.stranger, { contactId: 'c' })).toMatchObject(NO_WORKFLOW);
  });
});

describe('reading enrollments', () => {
  it('tells its course in the order of time', async () => {
    const { id } = await enroll('c-1', step(0), step(1, 'wait'), step(1));
    const { id: actionId, token } = await claim();
    const completing = new CompleteActionHandler(people, people, people, world.clock);
    expectOk(await completing.execute(new CompleteAction(world.admin, actionId, token)));
    people.achieved.push({
      ...{
        id: randomUUID(),
        workflow_id: workflow,
        enrollment_id: id,
        contact_id: 'c-1',
        workflow_goal_id: randomUUID(),
      },
      ...{
        goal_type: 'tag_added',
        achieved_at: world.clock.now().toISOString(),
        recorded_at: world.clock.now().toISOString(),
      },
      ...{ trigger_event: {}, metadata: {} },
    });
    world.clock.forward(2 * HOUR);
    expectOk(
      await new ExitEnrollmentHandler(people, people).execute(new ExitEnrollment(world.admin, id, 'moved away')),
    );
    expect((await read(id)).timeline.map(({ event, detail }) => [event, detail])).toEqual([
      ['enrolled', null],
      ['goal_achieved', 'tag_added'],
      ['action_completed', 'send_email'],
      ['action_completed', 'wait'],
      ['action_cancelled', 'send_email'],
      ['exited', 'moved away'],
    ]);
  });

  it('needs the permission, and one that is there', async () => {
    const { id } = await enroll('c-1');
    const get = (actor: Actor) => new GetEnrollmentHandler(people).execute(new GetEnrollment(actor, id));
    expect(await get(mute())).toMatchObject(FORBIDDEN);
    expect(await get(world.stranger)).toMatchObject(NO_ENROLLMENT);
  });

  it('lists those of a workflow', async () => {
    const { id } = await enroll('c-1');
    const list = (actor: Actor) =>
      new ListEnrollmentsHandler(world.shown, people).execute(
        new ListEnrollments(actor, workflow, pageRequest({ by: 'created_at' })),
      );
    expect(expectOk(await list(world.as('Viewer'))).items).toMatchObject([{ id }]);
    expect(await list(mute())).toMatchObject(FORBIDDEN);
    expect(await list(world.stranger)).toMatchObject(NO_WORKFLOW);
  });
});

describe('ending enrollments', () => {
  const exit = (actor: Actor, id: string, reason?: string) =>
    new ExitEnrollmentHandler(people, people).execute(new ExitEnrollment(actor, id, reason));
  const complete = (actor: Actor, id: string) =>
    new CompleteEnrollmentHandler(people, people).execute(new CompleteEnrollment(actor, id));
  const exitAll = (actor: Actor, filter: ExitFilter, reason = 'withdrawn') =>
    new ExitEnrollmentsHandler(world.workflows, people).execute(new ExitEnrollments(actor, workflow, filter, reason));

  it('exits one, for the reason given or as manual', async () => {
    const [one, other] = [await enroll('c-1'), await enroll('c-2')];
    expect(expectOk(await exit(world.admin, one.id, ' called us '))).toMatchObject({
      status: 'exited',
      exit_reason: 'called us',
    });
    expect(expectOk(await exit(world.admin, other.id))).toMatchObject({ exit_reason: 'manual' });
    expect(await exit(world.admin, one.id)).toMatchObject(ENDED);
    expect(await exit(world.admin, randomUUID())).toMatchObject(NO_ENROLLMENT);
    expect(await exit(world.as('Viewer'), one.id)).toMatchObject(FORBIDDEN);
    expect(await exit(world.admin, one.id, 'goal_achieved')).toMatchObject(refusal('invalid', 'validation-failed'));
  });

  it('completes one for an engine that keeps its steps to itself', async () => {
    const { id } = await enroll('c-1');
    expect(expectOk(await complete(world.admin, id))).toMatchObject({ status: 'completed', exit_reason: null });
    expect(await complete(world.admin, id)).toMatchObject(ENDED);
    expect(await complete(world.stranger, id)).toMatchObject(NO_ENROLLMENT);
    expect(await complete(world.as('Viewer'), id)).toMatchObject(FORBIDDEN);
  });

  it('exits those that fit a filter, which must say something', async () => {
    await enroll('c-1');
    await enroll('c-2');
    expect(await exitAll(world.admin, { contactIds: ['c-1', 'nobody'] })).toEqual(ok({ exited: 1 }));
    const ahead = new Date(world.clock.now().getTime() + 1);
    expect(await exitAll(world.admin, { enrolledBefore: ahead })).toEqual(ok({ exited: 1 }));
    expect(await exitAll(world.stranger, { enrolledBefore: ahead })).toMatchObject(NO_WORKFLOW);
    expect(await exitAll(world.as('Viewer'), { enrolledBefore: ahead })).toMatchObject(FORBIDDEN);
    expect(await exitAll(world.admin, {}, '')).toMatchObject({
      error: { kind: 'invalid', fields: [{ code: 'required' }, { pointer: '/reason' }] },
    });
    expect(await exitAll(world.admin, { enrolledBefore: ahead }, 'contact_erased')).toMatchObject({
      error: { fields: [{ pointer: '/reason', code: 'reserved' }] },
    });
  });

  it('completes those that have nothing left but waits that are over', async () => {
    const [over, waiting] = [await enroll('c-1', step(1, 'wait')), await enroll('c-2', step(2, 'wait'))];
    world.clock.forward(HOUR);
    const complete = (actor: Actor) =>
      new CompleteElapsedWaitsHandler(people).execute(new CompleteElapsedWaits(actor, [over.id, waiting.id]));
    expect(await complete(mute())).toMatchObject(FORBIDDEN);
    expect(await complete(Actor.system([world.tenantId], 'enrollment:update'))).toEqual(ok(1));
    expect([(await read(over.id)).status, (await read(waiting.id)).status]).toEqual(['completed', 'waiting']);
  });
});

describe('carrying out actions', () => {
  const complete = (actor: Actor, id: string, token: string) =>
    new CompleteActionHandler(people, people, people, world.clock).execute(new CompleteAction(actor, id, token));
  const fail = (actor: Actor, id: string, token: string, more: { error?: string; retryAt?: Date } = {}) =>
    new FailActionHandler(people, people, people, world.clock).execute(
      new FailAction(actor, id, token, { error: null, retryAt: null, ...more }),
    );

  it('completes step by step, and the enrollment with the last', async () => {
    const { id } = await enroll('c-1', step(0), step(0), step(0, 'wait'));
    for (const status of ['active', 'completed']) {
      const action = await claim();
      expect(expectOk(await complete(world.admin, action.id, action.token)).status).toBe('completed');
      expect(expectOk(await complete(world.admin, action.id, action.token)).status).toBe('completed');
      expect((await read(id)).status).toBe(status);
    }
  });

  it('fails the enrollment with the step, unless it is to be tried again', async () => {
    const { id } = await enroll('c-1', step(0), step(0));
    const first = await claim();
    const retryAt = new Date(world.clock.now().getTime() + HOUR);
    expect(expectOk(await fail(world.admin, first.id, first.token, { retryAt, error: 'busy' }))).toMatchObject({
      ...{ status: 'pending', error: 'busy', scheduled_at: retryAt.toISOString() },
    });
    expect((await read(id)).status).toBe('waiting');
    world.clock.forward(HOUR);
    const second = await claim();
    expect(second).toMatchObject({ id: first.id, attempts: 2 });
    expect(expectOk(await fail(world.admin, second.id, second.token)).status).toBe('failed');
    expect(expectOk(await fail(world.admin, second.id, second.token)).status).toBe('failed');
    expect(await read(id)).toMatchObject({
      status: 'failed',
      pending_actions: [{ status: 'failed' }, { status: 'cancelled' }],
    });
  });

  it('needs the permission, the lease and an action that is there', async () => {
    await enroll('c-1', step(0));
    const { id, token } = await claim();
    const viewer = world.as('Viewer');
    expect(
      await new ClaimActionsHandler(people).execute(
        new ClaimActions(viewer, { limit: 1, leaseSeconds: 1, types: null }),
      ),
    ).toMatchObject(FORBIDDEN);
    for (const say of [complete, fail]) {
      expect(await say(viewer, id, token)).toMatchObject(FORBIDDEN);
      expect(await say(world.admin, id, randomUUID())).toMatchObject(LOST);
      expect(await say(world.admin, randomUUID(), token)).toMatchObject(NO_ACTION);
      expect(await say(world.stranger, id, token)).toMatchObject(NO_ACTION);
    }
    expect(await fail(world.admin, id, token, { error: 'x'.repeat(2_001) })).toMatchObject(
      refusal('invalid', 'validation-failed'),
    );
    world.clock.forward(HOUR);
    expect(await complete(world.admin, id, token)).toMatchObject(LOST);
  });
});

describe('contacts', () => {
  const put = (actor: Actor, contactId: string, fields = {}) =>
    new PutContactHandler(contacts, people, people).execute(new PutContact(actor, contactId, fields));
  const get = (actor: Actor, contactId: string) =>
    new GetContactHandler(people).execute(new GetContact(actor, contactId));
  const erase = (actor: Actor, contactId: string) =>
    new EraseContactHandler(contacts, people).execute(new EraseContact(actor, contactId));

  it('are put and read', async () => {
    const shown = expectOk(await put(world.admin, 'c-1', { attributes: { a: 1 } }));
    expect(shown).toMatchObject({ contact_id: 'c-1', attributes: { a: 1 }, opted_out: false });
    expect(expectOk(await get(world.as('Viewer'), 'c-1'))).toEqual(shown);
    expect(await get(world.stranger, 'c-1')).toMatchObject(refusal('missing', 'contact.not-found'));
    expect(await get(mute(), 'c-1')).toMatchObject(FORBIDDEN);
    expect(await put(world.as('Viewer'), 'c-1')).toMatchObject(FORBIDDEN);
    expect(await put(world.admin, '')).toMatchObject({ error: { fields: [{ pointer: '/contact_id' }] } });
  });

  it('that opt out leave their workflows', async () => {
    const { id } = await enroll('c-1');
    expectOk(await put(world.admin, 'c-1', { optedOut: false }));
    expect((await read(id)).status).toBe('active');
    expectOk(await put(world.admin, 'c-1', { optedOut: true }));
    expect(await read(id)).toMatchObject({ status: 'exited', exit_reason: 'contact_opted_out' });
  });

  it('that are erased leave their workflows and their name', async () => {
    const { id } = await enroll('c-1');
    expect(await erase(world.as('Editor'), 'c-1')).toMatchObject(FORBIDDEN);
    expectOk(await erase(world.admin, 'c-1'));
    expect(await read(id)).toMatchObject({ contact_id: null, status: 'exited', exit_reason: 'contact_erased' });
    expect(await erase(world.admin, 'c-1')).toMatchObject(refusal('missing', 'contact.not-found'));
  });
});
