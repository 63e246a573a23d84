import { randomUUID } from 'node:crypto';
import { QueryBus, type Query } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { invalid } from '#domain/shared/errors';
import { err, ok } from '#domain/shared/result';
import { Door } from '#application/shared/door';
import { ListGoalsGoneOffTrack } from '#application/goals/contract';
import { ListTasksDue } from '#application/tasks/contract';
import { DailyNotices } from '#infrastructure/database/daily-notices';
import { TestApp } from '../../support/app';
import { StandingClock } from '../../support/fakes/tools';
import { InboxStory, type Person } from '../../support/inbox-story';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('Every day', () => {
  let app: TestApp;
  let story: InboxStory;
  let ada: Person;
  let day = Date.parse('2031-03-01T00:00:00.000Z');
  /** What the other contexts were asked for this tenant. */
  let asked: Query<unknown>[] = [];
  let isBroken = false;
  const [taskId, goalId] = [randomUUID(), randomUUID()];

  /** Goals and tasks are not at stake here: what they answer is given. */
  const answering = () => {
    const bus = app.nest.get(QueryBus);
    const execute = bus.execute.bind(bus);
    bus.execute = async (query: unknown) => {
      if (!(query instanceof ListTasksDue || query instanceof ListGoalsGoneOffTrack))
        return execute(query as Query<unknown>);
      if (query.actor.tenantId !== story.tenant.id) return ok([]);
      asked.push(query);
      if (isBroken) return err(invalid([]));
      if (query instanceof ListGoalsGoneOffTrack) return ok([{ goalId, name: 'Sell abroad', ownerId: ada.id }]);
      return ok([{ taskId, title: 'Count', goalId: null, assignedTo: ada.id, dueDate: query.from }]);
    };
  };

  const worker = (clock: StandingClock) => new DailyNotices(app.nest.get(DataSource), app.nest.get(Door), clock);
  const at = (ms: number) => new StandingClock(new Date(day + ms));

  const found = async () => (await story.inbox(ada, '?sort=created_at')).items.map(({ kind }) => kind).sort();

  beforeAll(async () => {
    app = await TestApp.start();
    // The application's own goes by the real clock.
    await app.nest.get(DailyNotices).beforeApplicationShutdown();
    answering();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    [day, asked, isBroken] = [day + 7 * 24 * HOUR_MS, [], false];
    story = await InboxStory.begin(app);
    ada = await story.member();
  });

  const BOTH = ['goal_off_track', 'task_due_tomorrow'];

  it('at six in the morning people are told once, however many workers there are', async () => {
    const workers = Array.from({ length: 4 }, () => worker(at(6 * HOUR_MS)));
    await Promise.all(workers.map((one) => one.look()));
    expect(asked).toHaveLength(2);
    expect(await found()).toEqual(BOTH);
    const { items } = await story.inbox(ada, '?kind=task_due_tomorrow');
    const due = new Date(day + 24 * HOUR_MS).toISOString();
    expect(items[0]).toMatchObject({ details: { task_id: taskId, title: 'Count', goal_id: null, due_date: due } });
    await Promise.all(workers.map((one) => one.look()));
    expect(asked).toHaveLength(2);
  });

  it('it is asked what is due on the next day, and what went off track between two mornings', async () => {
    const clock = at(15 * HOUR_MS);
    await worker(clock).look();
    const hours = (time: Date) => (time.getTime() - day) / HOUR_MS;
    const tasks = asked.find((query) => query instanceof ListTasksDue)!;
    const goals = asked.find((query) => query instanceof ListGoalsGoneOffTrack)!;
    expect([hours(tasks.from), hours(tasks.to)]).toEqual([24, 48]);
    expect([hours(goals.since), hours(goals.now)]).toEqual([-18, 6]);
    expect(await found()).toEqual(BOTH);
  });

  it('nothing is told before six, and no day before is made up for', async () => {
    await worker(at(6 * HOUR_MS - 1)).look();
    expect(asked).toEqual([]);
    await worker(at(30 * HOUR_MS)).look();
    expect(asked).toHaveLength(2);
    expect(await found()).toEqual(BOTH);
  });

  it('the next one is told anew', async () => {
    await worker(at(6 * HOUR_MS)).look();
    await worker(at(30 * HOUR_MS)).look();
    expect(await found()).toEqual([...BOTH, ...BOTH].sort());
  });

  it('another worker takes over from one that has not finished within ten minutes, and tells nobody twice', async () => {
    await worker(at(6 * HOUR_MS)).look();
    await app.rows('UPDATE schedule_runs SET finished_at = NULL WHERE day = $1', [new Date(day).toISOString()]);
    await worker(at(6 * HOUR_MS + 10 * MINUTE_MS - 1)).look();
    expect(asked).toHaveLength(2);
    await Promise.all([0, 1].map(() => worker(at(6 * HOUR_MS + 10 * MINUTE_MS)).look()));
    expect(asked).toHaveLength(4);
    expect(await found()).toEqual(BOTH);
    await worker(at(9 * HOUR_MS)).look();
    expect(asked).toHaveLength(4);
  });

  it('a tenant for whom it failed is told when it is tried again, and the others are told at once', async () => {
    const others = await InboxStory.begin(app);
    isBroken = true;
    await expect(worker(at(6 * HOUR_MS)).look()).rejects.toThrow('1 tenants');
    expect(await found()).toEqual([]);
    isBroken = false;
    await worker(at(7 * HOUR_MS)).look();
    expect(await found()).toEqual(BOTH);
    const [run] = await app.rows<{ done: boolean }>(
      'SELECT finished_at IS NOT NULL AS done FROM schedule_runs WHERE day = $1',
      [new Date(day).toISOString()],
    );
    expect(run).toEqual({ done: true });
    expect((await others.inbox(await others.member())).items).toEqual([]);
  });
});
