import { setTimeout as sleep } from 'node:timers/promises';
import type { GoalView } from '#application/goals/views';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await GoalStory.begin(app);
});

describe('A goal', () => {
  it('is made with what most goals are, owned by who makes it, and begins now', async () => {
    const goal = await story.goal();
    expect(goal).toMatchObject({
      ...{ status: 'active', priority: 'medium', risk_level: 'medium', progress_percentage: 0, weight: 1, version: 1 },
      ...{ assessment_status: 'pending', progress_source: 'manual', task_weighting: 'count', tags: [], metadata: {} },
      ...{ owner_id: story.tenant.userId, created_by: story.tenant.userId, parent_goal_id: null },
    });
    expect(Date.now() - Date.parse(String(goal.start_date))).toBeLessThan(60_000);
    expect(await story.read(goal.id)).toEqual(goal);
  });

  it('takes words of other systems: title, user_id, any case, a date alone', async () => {
    const owner = '0190B3C4-0000-7000-8000-00000000000A';
    const made = await story.ask('POST', '/goals', {
      ...{ title: 'Sell abroad', user_id: owner, goal_type: 'STRATEGIC', priority: 'HIGH', status: 'Draft' },
      ...{ start_date: '2026-02-01', target_date: '2026-03-31' },
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        ...{
          name: 'Sell abroad',
          owner_id: owner.toLowerCase(),
          goal_type: 'strategic',
          priority: 'high',
          status: 'draft',
        },
        ...{ start_date: '2026-02-01T00:00:00.000Z', target_date: '2026-03-31T23:59:59.999Z' },
      },
    });
    expect(made.body).not.toHaveProperty('title');
    const both = { name: 'One', title: 'Other', owner_id: owner, user_id: story.tenant.userId, goal_type: 'tactical' };
    expect(await story.ask('POST', '/goals', both)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/title' }, { pointer: '/user_id' }] },
    });
  });

  it('needs a name and a type, and says both at once', async () => {
    expect(await story.ask('POST', '/goals', {})).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/name' }, { pointer: '/goal_type' }] },
    });
  });

  it('may have its dates in the past, and stays readable once its target date has passed', async () => {
    const past = await story.goal({ start_date: '2020-01-01', target_date: '2020-12-31' });
    expect(past).toMatchObject({ status: 'active', health: 'off_track' });
    const onlyTarget = await story.goal({ target_date: '2020-12-31' });
    expect(await story.read(onlyTarget.id)).toMatchObject({ status: 'active', health: 'off_track' });
    expect((await story.patch(onlyTarget.id, { name: 'Still to be changed' })).status).toBe(200);
    expect(await story.names('sort=name')).toEqual(['A goal', 'Still to be changed']);
  });

  it('changes status, progress and assessment by their own routes only, which a refusal names', async () => {
    const { id } = await story.goal();
    const sent = { status: 'achieved', progress_percentage: 100, assessment_score: 3, name: 'Fine' };
    const { status, body } = await story.patch(id, sent);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      { pointer: '/status', detail: expect.stringContaining('/goals/{id}/transitions') as string },
      { pointer: '/progress_percentage', detail: expect.stringContaining('/goals/{id}/progress') as string },
      { pointer: '/assessment_score', detail: expect.stringContaining('/goals/{id}/assessments') as string },
    ]);
    expect(await story.read(id)).toMatchObject({ name: 'A goal', version: 1 });
  });

  it('keeps what a patch leaves out, clears by null what may be empty, and replaces lists whole', async () => {
    const { id } = await story.goal({ description: 'text', tags: ['a', 'b'], metadata: { a: 1 }, category: 'x' });
    const { body } = await story.patch(id, { description: null, tags: ['c'], metadata: { b: 2 } });
    expect(body).toMatchObject({ description: null, tags: ['c'], metadata: { b: 2 }, category: 'x', version: 2 });
    expect(await story.patch(id, { name: null, priority: null, tags: null, metadata: null })).toMatchObject({
      status: 422,
      body: {
        errors: [{ pointer: '/name' }, { pointer: '/priority' }, { pointer: '/tags' }, { pointer: '/metadata' }],
      },
    });
  });

  it('lets one of two editors through; the other gets 412 and loses nothing', async () => {
    const goal = await story.goal();
    const path = `/goals/${goal.id}`;
    const both = await Promise.all([
      story.ask('PATCH', path, { name: 'By the first' }, { version: 1 }),
      story.ask('PATCH', path, { description: 'By the second' }, { version: 1 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const late = both.findIndex(({ status }) => status === 412);
    const again = [{ name: 'By the first' }, { description: 'By the second' }][late]!;
    expect((await story.ask('PATCH', path, again, { version: Number(both[late]!.body.current_version) })).status).toBe(
      200,
    );
    expect(await story.read(goal.id)).toMatchObject({ name: 'By the first', description: 'By the second', version: 3 });
  });

  it('tells who changed it, not whose goal it is', async () => {
    const goal = await story.goal({ owner_id: '0190b3c4-0000-7000-8000-00000000000a' });
    await story.patch(goal.id, { priority: 'critical' });
    expect(await story.told({ goal: goal.id })).toMatchObject([
      {
        event_type: 'goal.created',
        user_id: story.tenant.userId,
        version: 1,
        details: { name: 'A goal', status: 'active' },
      },
      {
        event_type: 'goal.updated',
        user_id: story.tenant.userId,
        version: 2,
        details: { changes: { priority: { old: 'medium', new: 'critical' } } },
      },
    ]);
  });

  it('answers 401, not 500, to a garbage token', async () => {
    for (const token of ['garbage', 'a.b.c', '', '💥'.normalize(), 'eyJhbGciOiJub25lIn0.e30.'])
      expect((await app.ask('GET', '/goals', { token: encodeURIComponent(token) })).status).toBe(401);
  });
});

describe('The status of a goal', () => {
  it('goes its way: hold, resume, achieve, reopen', async () => {
    const { id } = await story.goal();
    expect(await story.change(id, 'on_hold', { reason: undefined })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/reason' }] },
    });
    expect((await story.change(id, 'ON_HOLD')).body).toMatchObject({
      status: 'on_hold',
      status_reason: 'because',
      version: 2,
    });
    expect((await story.change(id, 'active')).body).toMatchObject({ status: 'active' });
    const achieved = (await story.change(id, 'COMPLETED')).body;
    expect(achieved).toMatchObject({ status: 'achieved', progress_percentage: 0, health: null });
    expect(achieved.completion_date).not.toBeNull();
    expect(await story.change(id, 'on_hold')).toMatchObject({
      status: 409,
      body: { code: 'goal.invalid-transition', allowed: ['active'] },
    });
    expect((await story.change(id, 'active')).body).toMatchObject({
      status: 'active',
      completion_date: null,
      version: 5,
    });
    expect((await story.told({ goal: id })).map(({ event_type }) => event_type)).toEqual([
      'goal.created',
      'goal.updated',
      'goal.updated',
      'goal.achieved',
      'goal.updated',
    ]);
  });

  it('leaves days on hold out of what is expected by now', async () => {
    const day = 86_400_000;
    const at = (days: number) => new Date(Date.now() + days * day).toISOString();
    const { id } = await story.goal({ start_date: at(-50), target_date: at(50) });
    expect(await story.read(id)).toMatchObject({ health: 'off_track' });
    const hold = { from: Date.now() - 48 * day, until: Date.now() - 3 * day };
    await app.rows(`UPDATE goals SET holds = $2 WHERE id = $1`, [id, JSON.stringify([hold])]);
    expect(await story.read(id)).toMatchObject({ health: 'on_track' });
  });

  it('leaves no day on hold out that was over before a start which was moved', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const { id } = await story.goal({ start_date: at(-1), target_date: at(3_600) });
    await story.change(id, 'on_hold');
    await sleep(1_500);
    await story.change(id, 'active');
    const moved = { start_date: at(0), target_date: at(2) };
    expect((await story.ask('PATCH', `/goals/${id}`, moved, { version: 3 })).status).toBe(200);
    await sleep(1_000);
    expect(await story.read(id)).toMatchObject({ health: 'off_track' });
  });

  it('checks If-Match where it is sent', async () => {
    const { id } = await story.goal();
    const path = `/goals/${id}/transitions`;
    expect((await story.ask('POST', path, { to: 'on_hold', reason: 'x' }, { version: 7 })).status).toBe(412);
    expect((await story.ask('POST', path, { to: 'on_hold', reason: 'x' }, { version: 1 })).status).toBe(200);
  });
});

describe('Ending a goal with open ones below', () => {
  let [root, child, leaf]: GoalView[] = [];
  beforeEach(async () => {
    root = await story.goal({ name: 'Root' });
    child = await story.goal({ name: 'Child', parent_goal_id: root.id });
    leaf = await story.goal({ name: 'Leaf', parent_goal_id: child.id, status: 'draft' });
  });
  const statuses = async () =>
    Promise.all([root, child, leaf].map(async (goal) => (await story.read(goal!.id)).status));

  it('is refused with a list of them', async () => {
    expect(await story.change(root!.id, 'achieved')).toMatchObject({
      status: 409,
      body: { code: 'goal.open-children', children: [{ id: child!.id, name: 'Child', status: 'active' }] },
    });
    expect(await statuses()).toEqual(['active', 'active', 'draft']);
  });

  it('leaves them as they are when told so', async () => {
    expect((await story.change(root!.id, 'achieved', { on_children: 'leave' })).status).toBe(200);
    expect(await statuses()).toEqual(['achieved', 'active', 'draft']);
  });

  it('ends all of them the same way when told so, each with its event and audit entry', async () => {
    expect((await story.change(root!.id, 'abandoned', { on_children: 'cascade' })).status).toBe(200);
    expect(await statuses()).toEqual(['abandoned', 'abandoned', 'abandoned']);
    const told = await story.told({ goal: leaf!.id });
    const { completion_date, ...ended } = await story.read(leaf!.id);
    expect(ended).toMatchObject({ version: 2, status_reason: 'because' });
    const changes = {
      status: { old: 'draft', new: 'abandoned' },
      completion_date: { old: null, new: completion_date },
    };
    expect(told.at(-1)).toMatchObject({
      ...{ event_type: 'goal.abandoned', version: 2 },
      details: { reason: 'because', changes, ended_with: root!.id },
    });
    const audit = await app.rows<{ action: string; changes: object }>(
      `SELECT action, changes FROM audit_log WHERE entity_id = $1 ORDER BY id DESC LIMIT 1`,
      [leaf!.id],
    );
    expect(audit).toEqual([
      { action: 'goal.abandoned', changes: { ...changes, status_reason: { old: null, new: 'because' } } },
    ]);
  });

  it('lets nothing be put below it afterwards', async () => {
    await story.change(root!.id, 'achieved', { on_children: 'leave' });
    const below = { name: 'Late', goal_type: 'tactical', parent_goal_id: root!.id };
    expect(await story.ask('POST', '/goals', below)).toMatchObject({
      status: 409,
      body: { code: 'goal.parent-closed' },
    });
  });
});
