import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { NewEnrollment } from '#domain/workflows/enrollment';
import type { PlannedAction } from '#domain/workflows/steps';
import { ContactRepository } from '#application/workflows/ports/contact-repository';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import { PendingActions } from '#application/workflows/ports/pending-actions';
import { TestApp } from '../support/app';
import { inDoor } from '../support/in-door';
import { InMemoryContacts, InMemoryEnrollments } from '../support/fakes/in-memory-enrollments';
import { CountingIds, StandingClock } from '../support/fakes/tools';
import { Story } from '../support/story';

/** The ports around enrollments, and an active and a paused workflow to try them on. */
interface World {
  readonly tenantId: string;
  readonly stranger: string;
  readonly active: string;
  readonly paused: string;
  readonly store: EnrollmentStore;
  readonly endings: EnrollmentEndings;
  readonly shown: EnrollmentReadModel;
  readonly actions: PendingActions;
  readonly contacts: ContactRepository;
  inDoor<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const fake = async (): Promise<World> => {
  const world = new InMemoryEnrollments(new StandingClock(new Date()), new CountingIds());
  const paused = randomUUID();
  world.paused.add(paused);
  return {
    ...{ tenantId: randomUUID(), stranger: randomUUID(), active: randomUUID(), paused },
    ...{ store: world, endings: world, shown: world, actions: world, contacts: new InMemoryContacts(world) },
    inDoor: (work) => work(),
    stop: () => Promise.resolve(),
  };
};

const real = async (): Promise<World> => {
  const app = await TestApp.start();
  const story = await Story.begin(app);
  const [active, paused] = [await story.workflow(), await story.workflow()];
  await story.must(200, story.ask('POST', `/workflows/${paused}/pause`));
  return {
    ...{ tenantId: story.tenant.id, stranger: (await app.tenant()).id, active, paused },
    store: app.nest.get(EnrollmentStore),
    endings: app.nest.get(EnrollmentEndings),
    shown: app.nest.get(EnrollmentReadModel),
    actions: app.nest.get(PendingActions),
    contacts: app.nest.get(ContactRepository),
    inDoor: (work) => inDoor(app, Actor.member(story.tenant.id, story.tenant.userId, 'Owner'), work),
    stop: () => app.stop(),
  };
};

const HOUR = 3_600_000;
const from = (hours: number) => new Date(Date.now() + hours * HOUR);
const step = (
  position: number,
  hours: number,
  actionType: PlannedAction['actionType'] = 'send_email',
): PlannedAction => ({
  ...{ position, actionType, scheduledAt: from(hours), config: { position } },
});

describe.each([
  ['in memory', fake],
  ['in PostgreSQL', real],
])('The ports around enrollments, %s', (_, begin) => {
  let world: World;
  beforeAll(async () => {
    world = await begin();
  });
  afterAll(() => world.stop());

  const enroll = async (contactId: string, actions: readonly PlannedAction[] = [], workflowId = world.active) => {
    const { tenantId, store } = world;
    const made: NewEnrollment = { id: randomUUID(), tenantId, workflowId, contactId, enrolledAt: from(-2), actions };
    const stored = await world.inDoor(async () => {
      await store.holdContacts(tenantId, workflowId, [contactId]);
      return store.add(tenantId, [made], new Date());
    });
    return { id: made.id, isStored: stored.has(made.id) };
  };
  const read = async (id: string) => {
    const [enrollment] = await world.inDoor(() => world.shown.enrollments(world.tenantId, [id]));
    return enrollment;
  };
  const stepsOf = (id: string) => world.inDoor(() => world.shown.actions(world.tenantId, id));
  const claim = async (id: string, leaseSeconds = 60, types: 'send_email'[] | null = null) => {
    const claimed = await world.inDoor(() =>
      world.actions.claim(world.tenantId, { limit: 200, leaseSeconds, types, by: null }),
    );
    return claimed.filter(({ enrollment_id }) => enrollment_id === id);
  };
  const end = (which: Parameters<EnrollmentEndings['end']>[1], status: 'exited' | 'completed' | 'failed' = 'exited') =>
    world.inDoor(() =>
      world.endings.end(
        world.tenantId,
        which,
        status === 'exited' ? { status, reason: 'test' } : { status, reason: null },
      ),
    );

  describe('EnrollmentStore', () => {
    it('makes unknown contacts and tells what is known of others', async () => {
      const { tenantId, active, store } = world;
      await enroll('s-open');
      await world.inDoor(() => world.contacts.put(tenantId, 's-known', { attributes: { a: 1 }, optedOut: true }));
      const held = await world.inDoor(() => store.holdContacts(tenantId, active, ['s-open', 's-known', 's-new']));
      const unknown = { attributes: {}, optedOut: false, hasOpenEnrollment: false };
      expect(Object.fromEntries(held)).toEqual({
        's-open': { ...unknown, hasOpenEnrollment: true },
        's-known': { attributes: { a: 1 }, optedOut: true, hasOpenEnrollment: false },
        's-new': unknown,
      });
      const elsewhere = await world.inDoor(() => store.holdContacts(tenantId, world.paused, ['s-open']));
      expect(elsewhere.get('s-open')).toEqual(unknown);
      expect(await world.inDoor(() => store.holdContacts(tenantId, active, []))).toEqual(new Map());
    });

    it('stores one open enrollment per workflow and contact', async () => {
      expect([(await enroll('s-once')).isStored, (await enroll('s-once')).isStored]).toEqual([true, false]);
      expect((await enroll('s-once', [], world.paused)).isStored).toBe(true);
      expect(await world.inDoor(() => world.store.add(world.tenantId, [], new Date()))).toEqual(new Set());
    });

    it('stores the actions with it', async () => {
      const { id } = await enroll('s-steps', [step(1, -1), step(2, 1, 'wait')]);
      expect(await stepsOf(id)).toMatchObject([
        { position: 1, action_type: 'send_email', config: { position: 1 }, status: 'pending', attempts: 0 },
        { position: 2, action_type: 'wait', status: 'pending', finished_at: null },
      ]);
    });

    it('replaces attributes', async () => {
      const { tenantId, store } = world;
      await enroll('s-attributes');
      await world.inDoor(() => store.keepAttributes(tenantId, new Map([['s-attributes', { b: [1, null] }]])));
      await world.inDoor(() => store.keepAttributes(tenantId, new Map()));
      const shown = await world.inDoor(() => world.shown.contact(tenantId, 's-attributes'));
      expect(shown?.attributes).toEqual({ b: [1, null] });
    });
  });

  describe('EnrollmentEndings', () => {
    it('cancels what is unfinished and completes waits that are over', async () => {
      const { id } = await enroll('e-steps', [step(1, -1, 'wait'), step(2, -1), step(3, 1, 'wait'), step(4, 1)]);
      await claim(id);
      expect(await end({ ids: [id] })).toBe(1);
      expect(await read(id)).toMatchObject({ status: 'exited', exit_reason: 'test' });
      const steps = await stepsOf(id);
      expect(steps.map(({ status }) => status)).toEqual(['completed', 'cancelled', 'cancelled', 'cancelled']);
      expect(steps[0]?.finished_at).toBe(steps[0]?.scheduled_at);
    });

    it('ends what is open once', async () => {
      const { id } = await enroll('e-once');
      expect([await end({ ids: [id] }, 'failed'), await end({ ids: [id] })]).toEqual([1, 0]);
      expect(await read(id)).toMatchObject({ status: 'failed', exit_reason: null });
      expect(await end({ ids: [randomUUID()] })).toBe(0);
    });

    it('ends those that fit everything said', async () => {
      const [mine, other] = [await enroll('e-fits'), await enroll('e-fits', [], world.paused)];
      expect(await end({ contactIds: ['e-fits'], enrolledBefore: from(-3) })).toBe(0);
      expect(await end({ contactIds: ['nobody'], workflowId: world.active })).toBe(0);
      expect(await end({ contactIds: ['e-fits'], workflowId: world.active, enrolledBefore: from(-1) })).toBe(1);
      expect([(await read(mine.id))?.status, (await read(other.id))?.status]).toEqual(['exited', 'active']);
      expect(await end({ ids: [other.id], inActiveWorkflow: true })).toBe(0);
      expect(await end({ workflowId: world.paused }, 'completed')).toBeGreaterThan(0);
      expect((await read(other.id))?.status).toBe('completed');
    });

    it('leaves those alone that have steps unfinished, when asked to', async () => {
      const [unfinished, waiting, over, none] = [
        await enroll('e-1', [step(1, -1), step(2, -1, 'wait')]),
        await enroll('e-2', [step(1, 1, 'wait')]),
        // In a paused workflow, where the worker's tick leaves it alone.
        await enroll('e-3', [step(1, -1, 'wait')], world.paused),
        await enroll('e-4'),
      ];
      const ids = [unfinished, waiting, over, none].map(({ id }) => id);
      expect(await end({ ids, allStepsFinished: true }, 'completed')).toBe(2);
      expect((await read(over.id))?.status).toBe('completed');
      expect((await read(waiting.id))?.status).toBe('waiting');
    });
  });

  describe('PendingActions', () => {
    it('gives what is due, in the order of the steps, once', async () => {
      const { id } = await enroll('p-order', [step(1, -1, 'wait'), step(2, -1), step(3, -1)]);
      const [claimed, ...others] = await claim(id);
      expect([claimed?.config, claimed?.contact_id, claimed?.attempts, others]).toEqual([
        { position: 2 },
        'p-order',
        1,
        [],
      ]);
      expect(await claim(id)).toEqual([]);
    });

    it('gives nothing of the future, of paused workflows, of other types or of what has ended', async () => {
      const [future, paused, typed, ended] = [
        await enroll('p-future', [step(1, 1)]),
        await enroll('p-paused', [step(1, -1)], world.paused),
        await enroll('p-typed', [step(1, -1, 'webhook')]),
        await enroll('p-ended', [step(1, -1)]),
      ];
      await end({ ids: [ended.id] });
      for (const { id } of [future, paused, ended]) expect(await claim(id)).toEqual([]);
      expect(await claim(typed.id, 60, ['send_email'])).toEqual([]);
    });

    it('takes a lease that has run out for none', async () => {
      const { id } = await enroll('p-lease', [step(1, -1)]);
      const [first] = await claim(id, -1);
      expect(await stepsOf(id)).toMatchObject([{ status: 'pending', lease_expires_at: null, attempts: 1 }]);
      const [second] = await claim(id);
      expect(second).toMatchObject({ id: first?.id, attempts: 2 });
      expect(second?.token).not.toBe(first?.token);
    });

    it('holds and writes a step', async () => {
      const { tenantId, actions } = world;
      const { id } = await enroll('p-save', [step(1, -1)]);
      const [claimed] = await claim(id);
      const finishedAt = new Date();
      await world.inDoor(async () => {
        const held = await actions.hold(tenantId, String(claimed?.id));
        expect(held).toMatchObject({
          enrollmentId: id,
          workflowId: world.active,
          status: 'claimed',
          token: claimed?.token,
        });
        await actions.save(tenantId, { ...held!, status: 'failed', error: 'no', leaseExpiresAt: null, finishedAt });
      });
      expect(await world.inDoor(() => world.shown.action(tenantId, String(claimed?.id)))).toMatchObject({
        ...{ status: 'failed', error: 'no', finished_at: finishedAt.toISOString(), lease_expires_at: null },
      });
      expect(await world.inDoor(() => actions.hold(tenantId, randomUUID()))).toBeNull();
    });
  });

  describe('ContactRepository', () => {
    it('replaces the fields given', async () => {
      const { tenantId, contacts, shown } = world;
      const put = (fields: Parameters<ContactRepository['put']>[2]) =>
        world.inDoor(async () => {
          await contacts.put(tenantId, 'c-put', fields);
          return shown.contact(tenantId, 'c-put');
        });
      expect(await put({})).toMatchObject({ contact_id: 'c-put', attributes: {}, opted_out: false });
      expect(await put({ attributes: { a: 1 } })).toMatchObject({ attributes: { a: 1 }, opted_out: false });
      expect(await put({ optedOut: true })).toMatchObject({ attributes: { a: 1 }, opted_out: true });
    });

    it('forgets who a contact was, and makes the same id a new one', async () => {
      const { tenantId, contacts, shown } = world;
      const { id } = await enroll('c-erase');
      expect(await world.inDoor(() => contacts.hold(tenantId, 'c-nobody'))).toBe(false);
      await end({ contactIds: ['c-erase'] });
      await world.inDoor(async () => {
        expect(await contacts.hold(tenantId, 'c-erase')).toBe(true);
        await contacts.erase(tenantId, 'c-erase');
      });
      expect(await world.inDoor(() => shown.contact(tenantId, 'c-erase'))).toBeNull();
      expect((await read(id))?.contact_id).toBeNull();
      await expect(world.inDoor(() => contacts.erase(tenantId, 'c-erase'))).rejects.toThrow('while it is held');
      expect((await enroll('c-erase')).isStored).toBe(true);
    });
  });

  describe('EnrollmentReadModel', () => {
    it('shows waiting while the next unfinished step lies in the future', async () => {
      const statuses = [];
      for (const [n, steps] of [
        [step(1, 1)],
        [step(1, -1, 'wait'), step(2, 1)],
        [step(1, -1), step(2, 1)],
        [],
      ].entries()) {
        statuses.push((await read((await enroll(`r-${String(n)}`, steps)).id))?.status);
      }
      expect(statuses).toEqual(['waiting', 'waiting', 'active', 'active']);
    });

    it('lists those of a workflow by their shown status', async () => {
      const { id } = await enroll('r-list', [step(1, 1)]);
      const page = { limit: 200, offset: 0, after: null, sort: [], deletedOnly: false };
      const list = (status: string) =>
        world.inDoor(() =>
          world.shown.ofWorkflow(world.tenantId, world.active, { ...page, filters: { status: [status] } }),
        );
      expect((await list('waiting')).items.map((one) => one.id)).toContain(id);
      expect((await list('active')).items.map((one) => one.id)).not.toContain(id);
    });

    it('shows nothing of another tenant, and nothing that is not there', async () => {
      const { stranger, shown } = world;
      const { id } = await enroll('r-mine', [step(1, -1)]);
      const [action] = await stepsOf(id);
      await world.inDoor(async () => {
        expect(await shown.enrollments(stranger, [id])).toEqual([]);
        expect(await shown.actions(stranger, id)).toEqual([]);
        expect(await shown.action(stranger, String(action?.id))).toBeNull();
        expect(await shown.contact(stranger, 'r-mine')).toBeNull();
        expect(await shown.enrollments(world.tenantId, [])).toEqual([]);
        expect(await shown.achievements(world.tenantId, id)).toEqual([]);
      });
    });
  });
});
