import { DataSource } from 'typeorm';
import { dayToTell } from '#domain/notifications/day';
import { Door } from '#application/shared/door';
import { DailyNotices } from '#infrastructure/database/daily-notices';
import { eventually, TestApp } from '../../support/app';
import { StandingClock } from '../../support/fakes/tools';
import { InboxStory, type Person } from '../../support/inbox-story';

const HOUR_MS = 3_600_000;

describe('Who works on goals and tasks', () => {
  let app: TestApp;
  let story: InboxStory;
  let ada: Person;

  beforeAll(async () => {
    app = await TestApp.start();
    // What the service tells of this day by itself, it has told before anything happens here.
    await eventually(
      () => app.rows('SELECT finished_at FROM schedule_runs'),
      (runs) => dayToTell(new Date()) === null || runs.some(({ finished_at: at }) => at !== null),
    );
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    story = await InboxStory.begin(app);
    ada = await story.member();
  });

  /** The Owner of the tenant, who is not Ada, does something. */
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await app.ask('POST', path, { token: story.tenant.token.Owner, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return String(answer.body.id);
  };
  const goal = (name: string, more: object = {}) =>
    post('/goals', { name, goal_type: 'tactical', owner_id: ada.id, ...more });
  const found = async () =>
    (await story.inbox(ada, '?sort=created_at')).items.map(({ kind, details }) => [
      kind,
      details.title ?? details.name,
    ]);

  it('hears how their goals end', async () => {
    for (const to of ['achieved', 'missed', 'abandoned']) {
      const id = await goal(`To be ${to}`, { target_date: '2026-01-31' });
      await post(`/goals/${id}/transitions`, { to, reason: 'The year is over' });
      await story.settled();
    }
    expect(await found()).toEqual([
      ['goal_achieved', 'To be achieved'],
      ['goal_missed', 'To be missed'],
    ]);
  });

  it('hears that a task is theirs, and when it can begin', async () => {
    const first = await post('/tasks', { title: 'First' });
    const then = await post('/tasks', { title: 'Then', dependencies: [first] });
    await post(`/tasks/${then}/assignment`, { assigned_to: ada.id });
    await story.settled();
    await post(`/tasks/${first}/transitions`, { to: 'completed' });
    await story.settled();
    expect(await found()).toEqual([
      ['task_assigned', 'Then'],
      ['task_ready', 'Then'],
    ]);
  });

  it('hears of a task that was made for them, and not of one they made for themselves', async () => {
    await post('/tasks', { title: 'Made for Ada', assigned_to: ada.id });
    const owner = { ...ada, id: story.tenant.userId };
    await post('/tasks', { title: 'Made for oneself', assigned_to: owner.id });
    await story.settled();
    expect(await found()).toEqual([['task_assigned', 'Made for Ada']]);
    expect((await story.inbox(owner)).items).toEqual([]);
  });

  it('hears every morning what is due on the next day, and which goals went off track', async () => {
    // The first morning that has not come: what is made now was not off track on the one before.
    const day = new Date(Date.now() + 18 * HOUR_MS).toISOString().slice(0, 10);
    const at = (hours: number) => new Date(Date.parse(`${day}T00:00:00.000Z`) + hours * HOUR_MS);
    await goal('Too late', { target_date: '2026-01-31' });
    await goal('In time', { target_date: at(24_000).toISOString() });
    for (const [title, hours] of [
      ['Today', 23],
      ['Tomorrow', 30],
      ['Later', 48],
    ] as const)
      await post('/tasks', { title, assigned_to: ada.id, due_date: at(hours).toISOString() });
    await story.settled();
    await story.ask(ada, 'POST', '/notifications/read-all');
    const clock = new StandingClock(at(6));
    await new DailyNotices(app.nest.get(DataSource), app.nest.get(Door), clock).look();
    const { items } = await story.inbox(ada, '?is_read=false');
    expect(items.map(({ kind, details }) => [kind, details.title ?? details.name]).sort()).toEqual([
      ['goal_off_track', 'Too late'],
      ['task_due_tomorrow', 'Tomorrow'],
    ]);
  });
});
