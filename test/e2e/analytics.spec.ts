import { randomUUID } from 'node:crypto';
import { TestApp, type Tenant } from '../support/app';
import { seedEnrollments, seedWorkflow } from '../support/seed';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ENROLLED = new Date('2026-01-10T12:00:00.000Z');

describe('What a workflow has come to', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
  });
  afterAll(() => app.stop());

  const submitted = (contact: string, hours: number, form = 'f-1') => ({
    event_id: randomUUID(),
    event_type: 'form.submitted',
    contact_id: contact,
    occurred_at: new Date(ENROLLED.getTime() + hours * HOUR_MS).toISOString(),
    data: { form_id: form },
  });
  const publish = async (events: readonly unknown[]) => {
    const answer = await app.ask('POST', '/events', { token: tenant.token.Editor, body: { events } });
    expect(answer.status).toBe(200);
  };
  const read = (path: string, token = tenant.token.Viewer) => app.ask(`GET`, path, { token });
  /** `contacts` enrolled, and those with hours reach the goal after so many. */
  const story = async (contacts: readonly string[], hours: readonly number[], goalLogic: 'any' | 'all' = 'any') => {
    const goals = [{ goalType: 'form_submitted', criteria: { form_id: 'f-1' } }] as const;
    const workflow = await seedWorkflow(app, tenant.id, goals, goalLogic);
    await seedEnrollments(app, tenant.id, workflow.id, contacts, { enrolledAt: ENROLLED });
    await publish(hours.map((after, n) => submitted(contacts[n] ?? '', after)));
    return workflow;
  };
  const stats = async (id: string, query = '') => (await read(`/workflows/${id}/goals/stats${query}`)).body;

  it('is 40.0 percent when 5 were enrolled and 2 met the goal, after 60 hours on average for 48 and 72', async () => {
    const { id } = await story(['a-1', 'a-2', 'a-3', 'a-4', 'a-5'], [48, 72]);
    expect(await stats(id, '?from=2026-01-09&to=2026-01-13')).toEqual({
      workflow_id: id,
      total_enrolled: 5,
      total_ended: 2,
      goals_achieved: 2,
      conversion_rate: 40,
      conversion_rate_ended: 100,
      avg_time_to_goal_hours: 60,
      median_time_to_goal_hours: 48,
      p90_time_to_goal_hours: 72,
      by_goal_type: {
        tag_added: { achieved: 0, conversion_rate: 0 },
        purchase_made: { achieved: 0, conversion_rate: 0 },
        appointment_booked: { achieved: 0, conversion_rate: 0 },
        form_submitted: { achieved: 2, conversion_rate: 40 },
        pipeline_stage_reached: { achieved: 0, conversion_rate: 0 },
      },
      daily: [
        { date: '2026-01-09', enrolled: 0, goals_achieved: 0 },
        { date: '2026-01-10', enrolled: 5, goals_achieved: 0 },
        { date: '2026-01-11', enrolled: 0, goals_achieved: 0 },
        { date: '2026-01-12', enrolled: 0, goals_achieved: 1 },
        { date: '2026-01-13', enrolled: 0, goals_achieved: 1 },
      ],
    });
  });

  it('has percentiles by nearest rank, with one decimal', async () => {
    const contacts = Array.from({ length: 10 }, (_, n) => `p-${String(n)}`);
    const { id } = await story(contacts, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1.25]);
    expect(await stats(id)).toMatchObject({ median_time_to_goal_hours: 5, p90_time_to_goal_hours: 9 });
    const { id: odd } = await story(['q-1'], [1.25]);
    expect(await stats(odd)).toMatchObject({ median_time_to_goal_hours: 1.3, p90_time_to_goal_hours: 1.3 });
  });

  it('has null for every rate when nobody was enrolled, and the last 30 days', async () => {
    const { id } = await seedWorkflow(app, tenant.id, []);
    const answer = await stats(id);
    expect(answer).toMatchObject({
      total_enrolled: 0,
      conversion_rate: null,
      conversion_rate_ended: null,
      avg_time_to_goal_hours: null,
      median_time_to_goal_hours: null,
      p90_time_to_goal_hours: null,
    });
    const days = (answer.daily as { date: string }[]).map(({ date }) => date);
    expect(days).toHaveLength(30);
    expect(Date.parse(days.at(-1) ?? '') - Date.parse(days[0] ?? '')).toBe(29 * DAY_MS);
  });

  it('counts the enrollments of goal logic all by the latest of their achievements', async () => {
    const goals = [
      { goalType: 'form_submitted', criteria: { form_id: 'f-1' } },
      { goalType: 'form_submitted', criteria: { form_id: 'f-2' } },
    ] as const;
    const { id } = await seedWorkflow(app, tenant.id, goals, 'all');
    await seedEnrollments(app, tenant.id, id, ['l-1', 'l-2'], { enrolledAt: ENROLLED });
    await publish([submitted('l-1', 30, 'f-2'), submitted('l-1', 10, 'f-1'), submitted('l-2', 5, 'f-1')]);
    expect(await stats(id)).toMatchObject({
      goals_achieved: 1,
      avg_time_to_goal_hours: 30,
      by_goal_type: { form_submitted: { achieved: 2, conversion_rate: 100 } },
    });
  });

  it('is not taken for a workflow goal called stats', async () => {
    const { id } = await seedWorkflow(app, tenant.id, []);
    const answer = await read(`/workflows/${id}/goals/stats`);
    expect(answer).toMatchObject({ status: 200, body: { workflow_id: id } });
  });

  it.each([
    ['from=2026-02-30', '?from', 'malformed'],
    ['from=2026-01-02&to=2026-01-01', '?from', 'range'],
    ['from=2024-01-01&to=2026-01-01', '?from', 'range'],
    ['to=2026-01-01&to=2026-01-02', '?to', 'repeated'],
    ['since=2026-01-01', '?since', 'unknown'],
  ])('refuses the period %s', async (query, pointer, code) => {
    const { id } = await seedWorkflow(app, tenant.id, []);
    const answer = await read(`/workflows/${id}/goals/stats?${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation-failed', errors: [{ pointer, code }] } });
  });

  it('lists achievements by workflow and by contact, and pages through them', async () => {
    const contact = 'a/b & c';
    const workflow = await story(['m-1', contact], [1, 2]);
    const list = `/workflows/${workflow.id}/achievements`;
    const all = await read(list);
    expect(all.body).toMatchObject({ total: 2, items: [{ contact_id: contact }, { contact_id: 'm-1' }] });
    const first = await read(`${list}?limit=1`);
    const second = await read(`${list}?limit=1&cursor=${String(first.body.next_cursor)}`);
    expect(second.body).toMatchObject({ total: null, items: [{ contact_id: 'm-1' }], next_cursor: null });
    const own = await read(`/contacts/${encodeURIComponent(contact)}/achievements`);
    expect(own.body).toMatchObject({
      total: 1,
      items: [
        {
          workflow_id: workflow.id,
          workflow_goal_id: workflow.goalIds[0],
          goal_type: 'form_submitted',
          achieved_at: '2026-01-10T14:00:00.000Z',
          trigger_event: { event_type: 'form.submitted', data: { form_id: 'f-1' } },
          metadata: {},
        },
      ],
    });
  });

  it('filters achievements by type, goal and time', async () => {
    const workflow = await story(['n-1', 'n-2'], [1, 2]);
    const total = async (query: string) => (await read(`/workflows/${workflow.id}/achievements?${query}`)).body.total;
    expect(await total('goal_type=form_submitted')).toBe(2);
    expect(await total('goal_type=tag_added')).toBe(0);
    expect(await total(`workflow_goal_id=${workflow.goalIds[0] ?? ''}`)).toBe(2);
    expect(await total('achieved_after=2026-01-10T14:00:00Z')).toBe(1);
    expect(await total('achieved_before=2026-01-10T14:00:00Z&sort=achieved_at')).toBe(1);
    const wrong = await read(`/workflows/${workflow.id}/achievements?goal_type=none&achieved_after=yesterday`);
    expect(wrong.body).toMatchObject({
      status: 422,
      errors: [{ pointer: '?goal_type' }, { pointer: '?achieved_after' }],
    });
  });

  it('answers a foreign or unknown workflow or contact alike', async () => {
    const { id } = await story(['x-1'], [1]);
    const stranger = (await app.tenant()).token.Owner;
    for (const path of [`/workflows/${id}/goals/stats`, `/workflows/${id}/achievements`]) {
      expect(await read(path, stranger)).toMatchObject({ status: 404, body: { code: 'workflow.not-found' } });
    }
    expect(await read(`/workflows/${randomUUID()}/goals/stats`)).toMatchObject({ status: 404 });
    expect(await read('/workflows/none/achievements')).toMatchObject({ status: 404 });
    for (const [path, token] of [
      ['/contacts/x-1/achievements', stranger],
      ['/contacts/nobody/achievements', tenant.token.Owner],
      ['/contacts/a%00b/achievements', tenant.token.Owner],
    ] as const) {
      expect(await read(path, token)).toMatchObject({ status: 404, body: { code: 'contact.not-found' } });
    }
  });
});
