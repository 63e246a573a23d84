import { randomUUID } from 'node:crypto';
import type { AuditEntryView } from '#application/shared/audit/audit-log';
import type { Page } from '#application/shared/listing';
import { TestApp, type Method } from '../support/app';
import { Story, wellDone } from '../support/stories';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;

/** `{status: ['active', 'paused']}` as the log writes it. */
const changes = (fields: Readonly<Record<string, readonly [old: unknown, now: unknown]>>) =>
  Object.fromEntries(Object.entries(fields).map(([field, [old, now]]) => [field, { old, new: now }]));

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const logOf = async (story: Story, path: string): Promise<AuditEntryView[]> => {
  const { body } = wellDone(await story.get<Page<AuditEntryView>>(path), 200);
  return [...body.items];
};

/** Does something under the name of a request of its own. */
const namedBy =
  (story: Story) =>
  async (name: string, method: Method, path: string, body?: unknown, more: Record<string, string> = {}) => {
    const headers = { 'x-request-id': `request-${name}`, ...more };
    const answer = await app.ask(method, path, { token: story.token, headers, ...(body !== undefined && { body }) });
    expect({ name, ok: answer.status < 300, text: answer.status < 300 ? '' : answer.text }).toMatchObject({ ok: true });
    return answer.body;
  };

describe('The audit log of a workflow', () => {
  it('tells its story from its making to its return: who, when, each field, and the request', async () => {
    const story = await Story.begin(app);
    const ask = namedBy(story);
    const steps = [
      { type: 'wait', until: '2030-01-01T10:00:00.000Z' },
      { type: 'action', action: 'send_email', config: { templateId: 7 } },
    ];
    const sent = [{ type: 'wait', until: '2030-01-01T12:00:00+02:00' }, steps[1]];
    const made = await ask('1', 'POST', '/workflows', { name: ' Abandoned cart ', steps: sent });
    const path = `/workflows/${String(made.id)}`;
    await ask('2', 'PATCH', path, { name: 'Cart', description: 'Left behind', steps: [] }, { 'if-match': '"1"' });
    await ask('3', 'POST', `${path}/activate`);
    await ask('same', 'POST', `${path}/activate`);
    await ask('4', 'POST', `${path}/pause`);
    await ask('5', 'POST', `${path}/activate`);
    await ask('6', 'PATCH', path, { description: null, goal_logic: 'all' }, { 'if-match': '"5"' });
    await ask('same', 'PATCH', path, { goal_logic: 'all' }, { 'if-match': '"6"' });
    await ask('7', 'DELETE', path, undefined, { 'if-match': '"6"' });
    const deleted = await logOf(story, `${path}/audit-log`);
    const restored = await ask('8', 'POST', `${path}/restore`);

    const entry = (action: string, request: string, fields: Parameters<typeof changes>[0]) => ({
      id: UUID,
      occurred_at: TIME,
      action: `workflow.${action}`,
      entity_type: 'workflow',
      entity_id: made.id,
      actor_id: story.tenant.userId,
      changes: changes(fields),
      request_id: `request-${request}`,
    });
    const whole = [
      entry('created', '1', {
        name: [null, 'Abandoned cart'],
        status: [null, 'draft'],
        goal_logic: [null, 'any'],
        steps: [null, steps],
      }),
      entry('updated', '2', {
        name: ['Abandoned cart', 'Cart'],
        description: [null, 'Left behind'],
        steps: [steps, []],
      }),
      entry('activated', '3', {
        status: ['draft', 'active'],
        first_activated_at: [null, restored.first_activated_at],
      }),
      entry('paused', '4', { status: ['active', 'paused'] }),
      entry('activated', '5', { status: ['paused', 'active'] }),
      entry('updated', '6', { description: ['Left behind', null], goal_logic: ['any', 'all'] }),
      entry('deleted', '7', { deleted_at: [null, TIME] }),
      entry('restored', '8', { status: ['active', 'paused'], deleted_at: [TIME, null] }),
    ];
    expect(deleted).toEqual(whole.slice(0, 7).reverse());
    expect(await logOf(story, `${path}/audit-log?sort=occurred_at`)).toEqual(whole);
    // What came before is still told as it was.
    expect((await logOf(story, `${path}/audit-log`)).slice(1)).toEqual(deleted);
    expect(await logOf(story, `${path}/audit-log?limit=2&offset=3`)).toEqual(whole.slice(3, 5).reverse());
    expect(await logOf(story, `${path}/audit-log?action=workflow.activated&limit=1`)).toEqual([whole[4]]);
  });

  it('is 404 for what was never there, is foreign or is no workflow, and alike', async () => {
    const [story, other] = [await Story.begin(app), await Story.begin(app)];
    const workflow = await story.workflow();
    const goal = await story.goal(workflow);
    for (const [one, id] of [
      [story, randomUUID()],
      [story, goal.id],
      [other, workflow],
    ] as const) {
      const { status, body } = await one.get(`/workflows/${id}/audit-log`);
      expect({ status, code: body.code, detail: body.detail }).toEqual({
        status: 404,
        code: 'workflow.not-found',
        detail: 'There is no such workflow.',
      });
    }
    expect(await logOf(story, `/workflows/${workflow}/audit-log?action=nothing`)).toEqual([]);
  });

  it('pages by cursor without losing or repeating an entry', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow();
    for (let version = 1; version <= 6; version += 1)
      wellDone(await story.patch(`/workflows/${workflow}`, version, { name: `Name ${String(version)}` }), 200);
    const path = `/workflows/${workflow}/audit-log?limit=3`;
    const seen: AuditEntryView[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const asked: string = cursor === '' ? path : `${path}&cursor=${cursor}`;
      const { body } = wellDone(await story.get<Page<AuditEntryView>>(asked), 200);
      seen.push(...body.items);
      cursor = body.next_cursor;
    }
    expect(seen.map((one) => one.changes.name?.new)).toEqual([
      ...[6, 5, 4, 3, 2, 1].map((version) => `Name ${String(version)}`),
      expect.stringMatching(/^Workflow /),
    ]);
  });
});

describe('The audit log of a tenant', () => {
  it('tells what happens to the goals of a workflow by the fields that are shown', async () => {
    const story = await Story.begin(app);
    const ask = namedBy(story);
    const workflow = await story.workflow();
    const path = `/workflows/${workflow}/goals`;
    const goal = await ask('1', 'POST', path, { goal_type: 'purchase_made', criteria: { min_amount: 20.5 } });
    const first = `${path}/${String(goal.id)}`;
    await ask('2', 'POST', `/workflows/${workflow}/activate`);
    const edited = await ask(
      '3',
      'PATCH',
      first,
      { criteria: { any_purchase: true }, window_hours: 48 },
      { 'if-match': '"2"' },
    );
    await ask('4', 'POST', path, { goal_type: 'form_submitted', criteria: { form_id: 'f-1' }, position: 1 });
    await ask('5', 'DELETE', first, undefined, { 'if-match': '"4"' });

    const log = await logOf(
      story,
      `/audit-log?entity_type=workflow_goal&entity_id=${String(goal.id)}&sort=occurred_at`,
    );
    const started = (log[1]?.changes.active_since as { new: string }).new;
    expect(log.map(({ action, request_id, ...one }) => [action, request_id, one.changes])).toEqual([
      [
        'workflow.goal.configured',
        'request-1',
        changes({
          workflow_id: [null, workflow],
          goal_type: [null, 'purchase_made'],
          criteria: [null, goal.criteria],
          is_active: [null, true],
          position: [null, 1],
        }),
      ],
      ['workflow.goal.updated', 'request-2', changes({ active_since: [null, TIME] })],
      [
        'workflow.goal.updated',
        'request-3',
        changes({
          criteria: [{ min_amount: '20.5' }, { any_purchase: true }],
          window_hours: [null, 48],
          active_since: [started, edited.active_since],
        }),
      ],
      ['workflow.goal.updated', 'request-4', changes({ position: [1, 2] })],
      ['workflow.goal.removed', 'request-5', changes({ deleted_at: [null, TIME] })],
    ]);
  });

  it('tells what enrollments come to, and that the service itself decided', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow();
    const goal = await story.goal(workflow, 'f-1');
    await story.activate(workflow);
    const enroll = async (contact: string) =>
      wellDone(await story.post(`/workflows/${workflow}/enrollments`, { contact_id: contact }), 201).body;
    const [one, two] = [await enroll('c-1'), await enroll('c-2')];
    const event = { event_type: 'form.submitted', contact_id: 'c-1', data: { form_id: 'f-1' } };
    wellDone(await story.post('/events', event, { 'x-request-id': 'the-event' }), 200);
    wellDone(await story.post(`/enrollments/${String(two.id)}/exit`, { reason: 'moved away' }), 200);

    const of = async (id: unknown) =>
      (await logOf(story, `/audit-log?entity_type=enrollment&entity_id=${String(id)}&sort=occurred_at`)).map(
        (entry) => [entry.action, entry.actor_id, entry.changes],
      );
    const { userId } = story.tenant;
    const enrolled = (at: unknown) =>
      changes({ workflow_id: [null, workflow], status: [null, 'active'], enrolled_at: [null, at] });
    const { body: left } = await story.get(`/enrollments/${String(one.id)}`);
    expect(await of(one.id)).toEqual([
      ['workflow.enrolled', userId, enrolled(one.enrolled_at)],
      ['workflow.goal.achieved', null, changes({ workflow_goal_id: [null, goal.id], achieved_at: [null, TIME] })],
      [
        'workflow.exit.goal',
        null,
        changes({
          status: ['active', 'completed_goal'],
          exited_at: [null, left.exited_at],
          exit_reason: [null, 'goal_achieved'],
        }),
      ],
    ]);
    expect(await of(two.id)).toEqual([
      ['workflow.enrolled', userId, enrolled(two.enrolled_at)],
      [
        'workflow.exit.manual',
        userId,
        changes({ status: ['active', 'exited'], exited_at: [null, TIME], exit_reason: [null, 'moved away'] }),
      ],
    ]);
    expect((await logOf(story, '/audit-log?action=workflow.exit.goal')).map((entry) => entry.request_id)).toEqual([
      'the-event',
    ]);
  });

  it('tells of a contact that something was withheld, and after its erasure names it nowhere', async () => {
    const story = await Story.begin(app);
    const workflow = await story.workflow();
    await story.activate(workflow);
    wellDone(await story.post(`/workflows/${workflow}/enrollments`, { contact_id: 'secret-1' }), 201);
    wellDone(await story.put('/contacts/secret-1', { attributes: { mail: 'secret@x.y' }, opted_out: true }), 200);
    wellDone(await story.delete('/contacts/secret-1'), 204);
    const log = await logOf(story, '/audit-log?entity_type=contact&sort=occurred_at');
    expect(log.map((entry) => [entry.action, entry.changes])).toEqual([
      ['contact.created', changes({ contact_id: [null, 'withheld'], opted_out: [null, false] })],
      ['contact.updated', changes({ attributes: ['withheld', 'withheld'] })],
      ['contact.updated', changes({ opted_out: [false, true] })],
      ['contact.erased', changes({ contact_id: ['withheld', null], attributes: ['withheld', {}] })],
    ]);
    expect(JSON.stringify(await logOf(story, '/audit-log?limit=200'))).not.toContain('secret');
  });

  it('is filtered by who and when, over all things of the tenant and of no other', async () => {
    const [story, other] = [await Story.begin(app), await Story.begin(app)];
    await other.workflow();
    const workflow = await story.workflow();
    await story.goal(workflow, 'f-2');
    const [goal, made] = await logOf(story, '/audit-log');
    expect([goal?.action, made?.action]).toEqual(['workflow.goal.configured', 'workflow.created']);
    expect(await logOf(story, '/audit-log')).toHaveLength(2);
    expect(await logOf(story, `/audit-log?actor_id=${other.tenant.userId}`)).toEqual([]);
    expect(await logOf(story, `/audit-log?actor_id=${story.tenant.userId}`)).toEqual([goal, made]);
    const types = '/audit-log?entity_type=workflow_goal&entity_type=contact';
    expect(await logOf(story, types)).toEqual([goal]);
    expect(await logOf(story, `/audit-log?occurred_after=${made!.occurred_at}`)).toContainEqual(made);
    expect(await logOf(story, `/audit-log?occurred_before=${made!.occurred_at}`)).toEqual([]);
  });
});
