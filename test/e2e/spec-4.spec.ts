import { randomUUID } from 'node:crypto';
import { TestApp } from '../support/app';
import { codeOf, DAY, MAIL, Story, type ShownEnrollment } from '../support/story';

interface Result {
  readonly outcome: string;
  readonly achievements: readonly { readonly workflow_goal_id: string; readonly exited: boolean }[];
}

interface Statistics {
  readonly by_goal_type: Readonly<
    Record<string, { readonly achieved: number; readonly conversion_rate: number | null }>
  >;
}

const HOUR_MS = 3_600_000;
const LONG_AGO = new Date('2026-01-10T12:00:00.000Z');
const since = (ms: number): string => new Date(LONG_AGO.getTime() + ms).toISOString();

let app: TestApp;
let story: Story;

beforeAll(async () => {
  app = await TestApp.start();
});
beforeEach(async () => {
  story = await Story.begin(app);
});
afterAll(() => app.stop());

const goalOf = async (workflow: string, form: string, more: object = {}): Promise<string> => {
  const asked = { goal_type: 'form_submitted', criteria: { form_id: form }, ...more };
  return String((await story.must(201, story.ask('POST', `/workflows/${workflow}/goals`, asked))).body.id);
};

const patchTo = async (path: string, changes: object): Promise<void> => {
  const headers = { 'if-match': (await story.ask('GET', path)).headers.etag ?? '' };
  await story.must(200, story.ask('PATCH', path, changes, 'Owner', { headers }));
};

const remove = async (path: string): Promise<void> => {
  const headers = { 'if-match': (await story.ask('GET', path)).headers.etag ?? '' };
  await story.must(204, story.ask('DELETE', path, undefined, 'Owner', { headers }));
};

const does = (workflow: string, what: 'activate' | 'pause' | 'restore') =>
  story.must(200, story.ask('POST', `/workflows/${workflow}/${what}`));

interface Told {
  readonly event_id?: string;
  readonly occurred_at?: string;
  readonly source?: string;
}

const submitted = (contact: string, form: string, more: Told = {}) => ({
  event_id: randomUUID(),
  event_type: 'form.submitted',
  contact_id: contact,
  data: { form_id: form },
  ...more,
});

const publish = async (...events: readonly object[]): Promise<readonly Result[]> =>
  (await story.must(200, story.ask<{ results: Result[] }>('POST', '/events', { events }))).body.results;

const outcomes = async (...events: readonly object[]): Promise<string[]> =>
  (await publish(...events)).map(({ outcome }) => outcome);

const statusOf = async ({ id }: Pick<ShownEnrollment, 'id'>): Promise<string> => (await story.enrollment(id)).status;

const traces = async (): Promise<unknown> =>
  app.rows(
    `SELECT (SELECT count(*) FROM audit_log WHERE tenant_id = $1) AS audited,
       (SELECT count(*) FROM outbox WHERE tenant_id = $1) AS told`,
    [story.tenant.id],
  );

describe('A workflow (SPEC 4.1)', () => {
  it('activating an active one or pausing a paused one changes nothing and answers 200', async () => {
    const workflow = await story.workflow();
    for (const what of ['activate', 'pause'] as const) {
      const { body } = await does(workflow, what);
      const before = await traces();
      const again = await does(workflow, what);
      expect(again.body).toEqual(body);
      expect(await traces()).toEqual(before);
    }
  });

  it('pausing a draft is 409', async () => {
    const { body } = await story.ask('POST', '/workflows', { name: 'a draft' });
    expect(codeOf(await story.ask('POST', `/workflows/${String(body.id)}/pause`))).toBe('409 workflow.not-active');
  });

  it('a name is unique whatever its case among those not deleted, and a restore asks for it again', async () => {
    const create = (name: string) => story.ask('POST', '/workflows', { name });
    const first = await story.must(201, create('Straße nach Élan'));
    expect((await create('STRASSE NACH ÉLAN')).status).toBe(201);
    const taken = await create('straße nach éLAN');
    expect(taken.status).toBe(409);
    await remove(`/workflows/${String(first.body.id)}`);
    expect((await create('straße nach éLAN')).status).toBe(201);
    const restored = await story.ask('POST', `/workflows/${String(first.body.id)}/restore`);
    expect(codeOf(restored)).toBe(codeOf(taken));
  });

  it.each(['draft', 'active', 'paused'])(
    'is deleted while it is %s; restored it is paused and its enrollments stay ended',
    async (state) => {
      const made = await story.must(201, story.ask('POST', '/workflows', { name: 'to be deleted', steps: [MAIL] }));
      const workflow = String(made.body.id);
      const form = await goalOf(workflow, 'f-1');
      if (state !== 'draft') await does(workflow, 'activate');
      const enrolled = state === 'draft' ? null : await story.enroll(workflow, 'c-1');
      if (state === 'paused') await does(workflow, 'pause');
      await remove(`/workflows/${workflow}`);
      expect((await story.ask('GET', `/workflows/${workflow}`)).status).toBe(404);
      expect((await does(workflow, 'restore')).body.status).toBe('paused');
      expect((await story.ask('GET', `/workflows/${workflow}/goals/${form}`)).status).toBe(200);
      await does(workflow, 'activate');
      expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['no_match']);
      if (!enrolled) return;
      expect(await story.enrollment(enrolled.id)).toMatchObject({ status: 'exited', exit_reason: 'workflow_deleted' });
      expect(await story.claim()).toEqual([]);
      await story.enroll(workflow, 'c-1');
      expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['achieved']);
    },
  );

  it('without goals and without steps can be activated and is open until somebody ends it', async () => {
    const workflow = await story.workflow();
    const enrolled = await story.enroll(workflow, 'c-1', { enrolled_at: since(0) });
    const elapsed = await app.rows<{ enrollment_id: string }>('SELECT * FROM jobs_elapsed_waits(now(), 1000)');
    expect(elapsed.map(({ enrollment_id }) => enrollment_id)).not.toContain(enrolled.id);
    expect(await statusOf(enrolled)).toBe('active');
    await story.must(200, story.ask('POST', `/enrollments/${enrolled.id}/complete`));
    expect(await statusOf(enrolled)).toBe('completed');
  });

  it('paused decides nothing; an event decided during the pause is not looked at again, another of that time counts', async () => {
    const workflow = await story.workflow();
    await goalOf(workflow, 'f-1');
    const enrolled = await story.enroll(workflow, 'c-1');
    await does(workflow, 'pause');
    const occurred_at = new Date().toISOString();
    expect(await outcomes(submitted('c-1', 'f-1', { occurred_at }))).toEqual(['no_match']);
    await does(workflow, 'activate');
    expect(await outcomes(submitted('c-1', 'f-other'))).toEqual(['no_match']);
    expect(await statusOf(enrolled)).toBe('active');
    expect(await outcomes(submitted('c-1', 'f-1', { occurred_at }))).toEqual(['achieved']);
    expect(await statusOf(enrolled)).toBe('completed_goal');
  });

  it('paused lets waits run on', async () => {
    const workflow = await story.workflow([DAY, MAIL]);
    const enrolled = await story.enroll(workflow, 'c-1');
    await does(workflow, 'pause');
    await story.letPass(enrolled.id, '1 day');
    expect((await story.enrollment(enrolled.id)).pending_actions.map(({ status }) => status)).toEqual([
      'completed',
      'pending',
    ]);
    expect(await story.claim()).toEqual([]);
    await does(workflow, 'activate');
    expect((await story.claim()).map(({ action_type }) => action_type)).toEqual(['send_email']);
  });

  it('another goal_logic holds for later decisions and by itself exits nobody', async () => {
    const workflow = await story.workflow([], { goal_logic: 'all' });
    await goalOf(workflow, 'f-1');
    const second = await goalOf(workflow, 'f-2');
    const enrolled = await story.enroll(workflow, 'c-1');
    expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['achieved']);
    await patchTo(`/workflows/${workflow}`, { goal_logic: 'any' });
    expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['no_match']);
    expect(await statusOf(enrolled)).toBe('active');
    const [result] = await publish(submitted('c-1', 'f-2'));
    expect(result?.achievements).toMatchObject([{ workflow_goal_id: second, exited: true }]);
  });
});

describe('What counts as reaching a goal (SPEC 4.3)', () => {
  /** A workflow whose goal is in force since long ago, and a contact enrolled then. */
  const imported = async (
    goal: object = {},
    at = since(0),
  ): Promise<{ workflow: string; enrolled: ShownEnrollment }> => {
    const workflow = await story.workflow();
    await goalOf(workflow, 'f-1', { active_since: since(-HOUR_MS), ...goal });
    return { workflow, enrolled: await story.enroll(workflow, 'c-1', { enrolled_at: at }) };
  };
  const at = (ms: number) => submitted('c-1', 'f-1', { occurred_at: since(ms) });

  it('an event of the enrollment’s own millisecond counts, one before does not', async () => {
    await imported({}, since(0).replace('.000Z', '.0009Z'));
    expect(await outcomes(at(-1))).toEqual(['no_match']);
    expect(await outcomes(at(0))).toEqual(['achieved']);
  });

  it('an event without occurred_at, sent as soon as the enrollment was answered, counts', async () => {
    const workflow = await story.workflow();
    await goalOf(workflow, 'f-1');
    for (let n = 0; n < 20; n += 1) {
      await story.enroll(workflow, 'c-1');
      expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['achieved']);
    }
  });

  it('an event before active_since does not count, one of its millisecond does', async () => {
    await imported({ active_since: since(500) });
    expect(await outcomes(at(499))).toEqual(['no_match']);
    expect(await outcomes(at(500))).toEqual(['achieved']);
  });

  it('the last instant of the window counts, the next does not', async () => {
    await imported({ window_hours: 24 });
    expect(await outcomes(at(24 * HOUR_MS + 1))).toEqual(['no_match']);
    expect(await outcomes(at(24 * HOUR_MS))).toEqual(['achieved']);
  });

  it('a late event counts, however late, while the enrollment is open, and revises nothing afterwards', async () => {
    const { enrolled } = await imported();
    expect(await outcomes(at(2 * HOUR_MS))).toEqual(['achieved']);
    expect(await outcomes(at(HOUR_MS))).toEqual(['no_match']);
    const { achievements } = await story.enrollment(enrolled.id);
    expect(achievements).toMatchObject([{ achieved_at: since(2 * HOUR_MS) }]);
    expect(Date.parse(String(achievements[0]?.recorded_at))).toBeGreaterThan(LONG_AGO.getTime() + 2 * HOUR_MS);
  });

  it('an event more than 24 h ahead is invalid; one nearer counts, at its own time', async () => {
    const { workflow, enrolled } = await imported();
    const ahead = (ms: number) => submitted('c-1', 'f-1', { occurred_at: new Date(Date.now() + ms).toISOString() });
    const refused = await story.ask('POST', '/events', ahead(24 * HOUR_MS + 60_000));
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.stringContaining('in_future')]);
    expect(await statusOf(enrolled)).toBe('active');
    const near = ahead(24 * HOUR_MS - 60_000);
    expect(await outcomes(near)).toEqual(['achieved']);
    const ended = await story.enrollment(enrolled.id);
    expect(ended.achievements).toMatchObject([{ achieved_at: near.occurred_at }]);
    expect(Date.parse(ended.exited_at ?? '')).toBeLessThanOrEqual(Date.now());
    expect((await story.ask('GET', `/workflows/${workflow}/goals/stats`)).status).toBe(200);
  });

  it('other criteria are not reached by an event from before they were given', async () => {
    const workflow = await story.workflow();
    const goal = await goalOf(workflow, 'f-1', { active_since: since(0) });
    await story.enroll(workflow, 'c-1', { enrolled_at: since(0) });
    await patchTo(`/workflows/${workflow}/goals/${goal}`, { criteria: { form_id: 'f-2' } });
    const retroactive = submitted('c-1', 'f-2', { occurred_at: new Date(Date.now() - 60_000).toISOString() });
    expect(await outcomes(retroactive, at(HOUR_MS))).toEqual(['no_match', 'no_match']);
    expect(await outcomes(submitted('c-1', 'f-2'))).toEqual(['achieved']);
  });

  it('a goal that is switched off or deleted is not reached', async () => {
    const workflow = await story.workflow();
    const off = await goalOf(workflow, 'f-1');
    const gone = await goalOf(workflow, 'f-2');
    const enrolled = await story.enroll(workflow, 'c-1');
    await patchTo(`/workflows/${workflow}/goals/${off}`, { is_active: false });
    await remove(`/workflows/${workflow}/goals/${gone}`);
    expect(await outcomes(submitted('c-1', 'f-1'), submitted('c-1', 'f-2'))).toEqual(['no_match', 'no_match']);
    expect(await statusOf(enrolled)).toBe('active');
  });

  it('any: of the events decided together the earliest is credited, then the lowest position, then the smallest id', async () => {
    const workflow = await story.workflow();
    const second = await goalOf(workflow, 'f-2', { active_since: since(0), position: 2 });
    const first = await goalOf(workflow, 'f-1', { active_since: since(0), position: 1 });
    const credited = async (...events: readonly object[]) => {
      const { id } = await story.enroll(workflow, 'c-1', { enrolled_at: since(0) });
      await publish(...events);
      const { achievements, status } = await story.enrollment(id);
      return [
        status,
        ...achievements.map((one) => [one.workflow_goal_id, (one.trigger_event as { event_id: string }).event_id]),
      ];
    };
    const named = (form: string, event_id: string, ms: number) =>
      submitted('c-1', form, { event_id, occurred_at: since(ms) });
    const own = randomUUID();
    expect(await credited(named('f-1', `${own}-a`, 2), named('f-2', `${own}-b`, 1))).toEqual([
      'completed_goal',
      [second, `${own}-b`],
    ]);
    expect(
      await credited(named('f-2', `${own}-c`, 3), named('f-1', `${own}-e`, 3), named('f-1', `${own}-d`, 3)),
    ).toEqual(['completed_goal', [first, `${own}-d`]]);
  });

  it('all: when the set of active goals shrinks nobody exits by that, and the next achievement completes it', async () => {
    const workflow = await story.workflow([], { goal_logic: 'all' });
    await goalOf(workflow, 'f-1');
    const off = await goalOf(workflow, 'f-2');
    const gone = await goalOf(workflow, 'f-3');
    const [one, other] = [await story.enroll(workflow, 'c-1'), await story.enroll(workflow, 'c-2')];
    expect(await outcomes(submitted('c-1', 'f-1'), submitted('c-2', 'f-2'))).toEqual(['achieved', 'achieved']);
    await patchTo(`/workflows/${workflow}/goals/${off}`, { is_active: false });
    await remove(`/workflows/${workflow}/goals/${gone}`);
    expect(await outcomes(submitted('c-1', 'f-1'), submitted('c-1', 'f-3'))).toEqual(['no_match', 'no_match']);
    expect(await Promise.all([one, other].map(statusOf))).toEqual(['active', 'active']);
    expect(await outcomes(submitted('c-2', 'f-1'))).toEqual(['achieved']);
    expect(await statusOf(other)).toBe('completed_goal');
    const added = await goalOf(workflow, 'f-4');
    const [result] = await publish(submitted('c-1', 'f-4'));
    expect(result?.achievements).toMatchObject([{ workflow_goal_id: added, exited: true }]);
    expect((await story.enrollment(one.id)).achievements).toHaveLength(2);
  });

  it('all: two goals of one type are two achievements, and one enrollment of that type in the statistics', async () => {
    const workflow = await story.workflow([], { goal_logic: 'all' });
    await goalOf(workflow, 'f-1');
    await goalOf(workflow, 'f-2');
    const [one, other] = [await story.enroll(workflow, 'c-1'), await story.enroll(workflow, 'c-2')];
    expect(await outcomes(submitted('c-1', 'f-1'), submitted('c-1', 'f-2'))).toEqual(['achieved', 'achieved']);
    expect(await outcomes(submitted('c-2', 'f-1'))).toEqual(['achieved']);
    expect(await outcomes(submitted('c-2', 'f-2'))).toEqual(['achieved']);
    expect(await Promise.all([one, other].map(statusOf))).toEqual(['completed_goal', 'completed_goal']);
    const { body } = await story.ask<Statistics>('GET', `/workflows/${workflow}/goals/stats`);
    expect(body.by_goal_type.form_submitted).toEqual({ achieved: 2, conversion_rate: 100 });
  });

  it('one event reaches the goals of several workflows, and a copy of it none again', async () => {
    const workflows = [await story.workflow(), await story.workflow()];
    for (const workflow of workflows) {
      await goalOf(workflow, 'f-1');
      await story.enroll(workflow, 'c-1');
    }
    const event = submitted('c-1', 'f-1');
    const [result] = await publish(event);
    expect(result?.achievements).toHaveLength(2);
    expect(await outcomes(event, event)).toEqual(['duplicate', 'duplicate']);
    expect(await story.told('workflow.exit.goal')).toHaveLength(2);
  });

  it('the contact enrolled again can reach the goal again, but not by an event of before', async () => {
    const { workflow } = await imported();
    const event = at(HOUR_MS);
    expect(await outcomes(event)).toEqual(['achieved']);
    const again = await story.enroll(workflow, 'c-1');
    expect(await outcomes(event, at(2 * HOUR_MS))).toEqual(['duplicate', 'no_match']);
    expect(await statusOf(again)).toBe('active');
    expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['achieved']);
    expect(await statusOf(again)).toBe('completed_goal');
  });

  it('an exit cancels what is unfinished, the claimed one too, and keeps a wait that is over as it was shown', async () => {
    const workflow = await story.workflow([DAY, MAIL, MAIL]);
    await goalOf(workflow, 'f-1');
    const { id } = await story.enroll(workflow, 'c-1');
    await story.letPass(id, '25 hours');
    const [claimed] = await story.claim();
    const [wait] = (await story.enrollment(id)).pending_actions;
    expect(await outcomes(submitted('c-1', 'f-1'))).toEqual(['achieved']);
    const after = await story.enrollment(id);
    expect(after).toMatchObject({ status: 'completed_goal', exit_reason: 'goal_achieved' });
    expect(after.pending_actions.map(({ status }) => status)).toEqual(['completed', 'cancelled', 'cancelled']);
    expect(after.pending_actions[0]).toEqual(wait);
    expect(claimed && codeOf(await story.complete(claimed))).toBe('409 pending_action.lease-lost');
    expect(await story.told('workflow.exit.goal')).toMatchObject([{ details: { cancelled_actions: 2 } }]);
  });

  it('achievements and exits are audited; claims, completions and failures of actions are not', async () => {
    const workflow = await story.workflow([MAIL, MAIL, MAIL]);
    await goalOf(workflow, 'f-1');
    const { id } = await story.enroll(workflow, 'c-1');
    const before = await traces();
    for (const how of ['complete', 'fail'] as const) {
      const [claimed] = await story.claim();
      if (!claimed) throw new Error('nothing was due');
      const retry_at = new Date(Date.now() + HOUR_MS).toISOString();
      expect((await (how === 'fail' ? story.fail(claimed, { retry_at }) : story.complete(claimed))).status).toBe(200);
    }
    expect(await traces()).toEqual(before);
    await publish(submitted('c-1', 'f-1'));
    const audited = await app.rows<{ action: string }>(
      'SELECT action FROM audit_log WHERE tenant_id = $1 AND entity_id = $2 ORDER BY action',
      [story.tenant.id, id],
    );
    expect(audited.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['workflow.exit.goal', 'workflow.goal.achieved']),
    );
  });

  it('an enrollment that waits is open; one that has ended in whatever way is not', async () => {
    const workflow = await story.workflow([DAY, MAIL]);
    await goalOf(workflow, 'f-1');
    const waiting = await story.enroll(workflow, 'c-waits');
    expect(waiting.status).toBe('waiting');
    expect(await outcomes(submitted('c-waits', 'f-1'))).toEqual(['achieved']);
    expect(await statusOf(waiting)).toBe('completed_goal');
    for (const how of ['exit', 'complete']) {
      const ended = await story.enroll(workflow, 'c-ends');
      const { body } = await story.must(200, story.ask('POST', `/enrollments/${ended.id}/${how}`));
      expect(await outcomes(submitted('c-ends', 'f-1'))).toEqual(['no_match']);
      expect(await statusOf(ended)).toBe(body.status);
    }
    const failing = await story.enroll(workflow, 'c-fails');
    await story.letPass(failing.id, '25 hours');
    const [claimed] = await story.claim();
    if (!claimed) throw new Error('nothing was due');
    expect((await story.fail(claimed)).status).toBe(200);
    expect(await outcomes(submitted('c-fails', 'f-1'))).toEqual(['no_match']);
    expect(await statusOf(failing)).toBe('failed');
  });

  it('tells one workflow.goal.achieved per achievement and one workflow.exit.goal per exit, audited with the request', async () => {
    const workflow = await story.workflow([], { goal_logic: 'all' });
    const goals = [await goalOf(workflow, 'f-1'), await goalOf(workflow, 'f-2')];
    const { id } = await story.enroll(workflow, 'c-1');
    const events = [submitted('c-1', 'f-1'), submitted('c-1', 'f-2')];
    const requestId = `spec-4.${randomUUID()}`;
    const headers = { 'x-request-id': requestId };
    await story.must(200, story.ask('POST', '/events', { events }, 'Editor', { headers }));
    const told = await story.told('workflow.goal.achieved', 'workflow.exit.goal');
    expect(told.map(({ event_type, details }) => [event_type, details.enrollment_id])).toEqual([
      ['workflow.goal.achieved', id],
      ['workflow.goal.achieved', id],
      ['workflow.exit.goal', id],
    ]);
    expect(told.slice(0, 2).map(({ details }) => details.workflow_goal_id)).toEqual(goals);
    const audited = await app.rows<{ action: string }>(
      'SELECT action FROM audit_log WHERE tenant_id = $1 AND entity_id = $2 AND request_id = $3',
      [story.tenant.id, id, requestId],
    );
    expect(audited.map(({ action }) => action).sort()).toEqual([
      'workflow.exit.goal',
      'workflow.goal.achieved',
      'workflow.goal.achieved',
    ]);
  });

  it('reads an amount by its own digits: 99.999999999999999999 as a JSON number is less than 100', async () => {
    const workflow = await story.workflow();
    const goal = { goal_type: 'purchase_made', criteria: { min_amount: 100 } };
    await story.must(201, story.ask('POST', `/workflows/${workflow}/goals`, goal));
    await story.enroll(workflow, 'c-1');
    const paid = async (amount: string) => {
      const raw = `{"event_type": "payment.completed", "contact_id": "c-1", "data": {"amount": ${amount}}}`;
      const answer = await app.ask<{ results: Result[] }>('POST', '/events', { token: story.tenant.token.Editor, raw });
      return answer.body.results.map(({ outcome }) => outcome);
    };
    expect(await paid('99.999999999999999999')).toEqual(['no_match']);
    expect(await paid('100.000000000000000000')).toEqual(['achieved']);
  });

  it('erasing a contact leaves of its achievements the event’s id, type and time, and no contact_id', async () => {
    const workflow = await story.workflow();
    await goalOf(workflow, 'f-1');
    const { id } = await story.enroll(workflow, 'c-erased');
    const event = submitted('c-erased', 'f-1', { source: 'shop', occurred_at: new Date().toISOString() });
    await publish({ ...event, data: { form_id: 'f-1', name: 'Ada' } });
    await story.must(204, story.ask('DELETE', '/contacts/c-erased', undefined, 'Admin'));
    const [listed, read] = [
      await story.ask<{ items: object[] }>('GET', `/workflows/${workflow}/achievements`),
      await story.enrollment(id),
    ];
    const { event_id, event_type, occurred_at } = event;
    const left = { contact_id: null, metadata: {}, trigger_event: { event_id, event_type, occurred_at } };
    expect(listed.body.items).toMatchObject([left]);
    expect(Object.keys(read.achievements[0]?.trigger_event ?? {}).sort()).toEqual([
      'event_id',
      'event_type',
      'occurred_at',
    ]);
    expect(read).toMatchObject({ contact_id: null, status: 'completed_goal', achievements: [left] });
    expect(await story.counter(workflow, 'goals_achieved')).toBe(1);
  });
});
