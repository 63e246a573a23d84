import { setTimeout as sleep } from 'node:timers/promises';
import { TestApp } from '../support/app';
import { MAIL, Story } from '../support/story';

let app: TestApp;
let story: Story;
beforeAll(async () => {
  app = await TestApp.start();
  story = await Story.begin(app);
});
afterAll(() => app.stop());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `race-${String(n)}`);

/** Many contacts at the same time, so that some of the races are close. */
const together = <T>(names: readonly string[], race: (name: string, n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(names.map(race));

const EARLIER = '2026-01-01T00:00:00Z';

/**
 * One race after the other, the second runner sent off so much later that either may win: a little later when it won the last
 * one, a little sooner when it lost. Answers the outcomes.
 */
const closely = async <T>(
  runners: readonly T[],
  race: (runner: T, delay: number) => Promise<{ outcome: string; firstWon: boolean }>,
): Promise<string[]> => {
  const outcomes: string[] = [];
  let delay = 0;
  for (const runner of runners) {
    const { outcome, firstWon } = await race(runner, delay);
    outcomes.push(outcome);
    delay = Math.max(0, delay + (firstWon ? -1 : 1));
  }
  return outcomes;
};

describe('Races between claims, exits and enrollments', () => {
  it('an exit and a completion at once: completed or cancelled, never both (100 rounds)', async () => {
    const workflow = await story.workflow([MAIL]);
    const enrollments = await together(numbered(100), (name) => story.enroll(workflow, name));
    const claimed = new Map((await story.claim()).map((action) => [action.enrollment_id, action]));
    expect(claimed.size).toBe(100);
    const outcomes = await closely(enrollments, async ({ id }, delay) => {
      const completing = story.complete(claimed.get(id)!);
      await sleep(delay);
      const answers = await Promise.all([completing, story.ask('POST', `/enrollments/${id}/exit`)]);
      const { status, pending_actions } = await story.enrollment(id);
      const outcome = `${answers.map((one) => one.status).join(' ')} ${status} ${String(pending_actions[0]?.status)}`;
      return { outcome, firstWon: status === 'completed' };
    });
    expect([...new Set(outcomes)].sort()).toEqual(['200 409 completed completed', '409 200 exited cancelled']);
    expect(await story.counter(workflow, 'ended')).toBe(100);
  });

  it('an exit and a claim at once: claimed or cancelled, and what was claimed cannot be completed (100 rounds)', async () => {
    const workflow = await story.workflow([MAIL]);
    const enrollments = await together(numbered(100), (name) => story.enroll(workflow, name, { enrolled_at: EARLIER }));
    enrollments.sort((one, other) => (one.id < other.id ? -1 : 1));
    const outcomes = await closely(enrollments, async ({ id }, delay) => {
      const exiting = story.ask('POST', `/enrollments/${id}/exit`);
      await sleep(delay);
      const [exited, claimed] = await Promise.all([exiting, story.claim(1)]);
      const mine = claimed.filter(({ enrollment_id }) => enrollment_id === id);
      for (const action of mine) expect((await story.complete(action)).status).toBe(409);
      const { status, pending_actions } = await story.enrollment(id);
      return {
        outcome: `${String(exited.status)} ${status} ${String(pending_actions[0]?.status)}`,
        firstWon: mine.length === 0,
      };
    });
    expect([...new Set(outcomes)]).toEqual(['200 exited cancelled']);
    expect(await story.claim()).toEqual([]);
  });

  it('claims and exits by the hundred: after the exit nothing is handed out, and what was cannot be completed (100 rounds)', async () => {
    const workflow = await story.workflow([MAIL]);
    const enrollments = await together(numbered(100), (name) => story.enroll(workflow, name));
    const exits = together(
      enrollments.map(({ id }) => id),
      (id) => story.must(200, story.ask('POST', `/enrollments/${id}/exit`)),
    );
    const claims = await Promise.all(Array.from({ length: 20 }, () => story.claim(5)));
    await exits;
    const handedOut = claims.flat();
    expect(new Set(handedOut.map(({ id }) => id)).size).toBe(handedOut.length);
    for (const action of handedOut) expect((await story.complete(action)).status).toBe(409);
    expect(await story.claim()).toEqual([]);
    const statuses = await app.rows('SELECT DISTINCT status FROM workflow_pending_actions WHERE workflow_id = $1', [
      workflow,
    ]);
    expect(statuses).toEqual([{ status: 'cancelled' }]);
  });

  it('many claimers at once: each action is handed out once, and nobody waits for another', async () => {
    const workflow = await story.workflow([MAIL]);
    await together(numbered(60), (name) => story.enroll(workflow, name));
    const claims = await Promise.all(Array.from({ length: 12 }, () => story.claim(10)));
    const ids = claims.flat().map(({ id }) => id);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
  });

  it('the same contact enrolled twice at once: one 201 and one 409', async () => {
    const workflow = await story.workflow();
    const answers = await together(numbered(50), (name) => {
      const enroll = () => story.ask('POST', `/workflows/${workflow}/enrollments`, { contact_id: name });
      return Promise.all([enroll(), enroll()]);
    });
    for (const both of answers) expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await story.counter(workflow, 'enrolled')).toBe(50);
  });

  it('two batches over the same contacts in opposite order neither lock each other out nor enroll twice', async () => {
    const workflow = await story.workflow();
    const items = numbered(200).map((contact_id) => ({ contact_id, attributes: { a: 1 } }));
    const enroll = (some: typeof items) =>
      story.must(
        200,
        story.ask<{ items: { status: number }[] }>('POST', `/workflows/${workflow}/enrollments`, { items: some }),
      );
    const batches = await Promise.all([enroll(items), enroll([...items].reverse())]);
    const created = batches.flatMap(({ body }) => body.items).filter(({ status }) => status === 201);
    expect(created).toHaveLength(200);
  });

  it('enrolling while opting out leaves nobody in a workflow who has opted out', async () => {
    const workflow = await story.workflow();
    const names = numbered(50);
    await together(names, async (name) => {
      const asks = [
        () => story.ask('POST', `/workflows/${workflow}/enrollments`, { contact_id: name }),
        () => story.ask('PUT', `/contacts/${name}`, { opted_out: true }),
      ];
      const [enrolled, optedOut] = await Promise.all(asks.map((ask) => ask()));
      expect([201, 409]).toContain(enrolled!.status);
      expect(optedOut!.status).toBe(200);
    });
    const open = await app.rows(`SELECT id FROM workflow_enrollments WHERE workflow_id = $1 AND status = 'active'`, [
      workflow,
    ]);
    expect(open).toEqual([]);
  });

  it('enrolling while erasing leaves nobody in a workflow who was erased', async () => {
    const workflow = await story.workflow();
    const names = numbered(30).map((name) => `erased-${name}`);
    await together(names, (name) => story.must(200, story.ask('PUT', `/contacts/${name}`, {})));
    await together(names, (name) =>
      Promise.all([
        story.must(201, story.ask('POST', `/workflows/${workflow}/enrollments`, { contact_id: name })),
        story.must(204, story.ask('DELETE', `/contacts/${name}`)),
      ]),
    );
    const open = await app.rows(
      `SELECT c.erased_at FROM workflow_enrollments e JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
       WHERE e.workflow_id = $1 AND e.status = 'active' AND c.erased_at IS NOT NULL`,
      [workflow],
    );
    expect(open).toEqual([]);
  });

  it('nobody is enrolled after a pause was answered', async () => {
    const workflow = await story.workflow();
    const enrolling = together(numbered(40), (name) =>
      story.ask('POST', `/workflows/${workflow}/enrollments`, { contact_id: `pause-${name}` }),
    );
    await story.must(200, story.ask('POST', `/workflows/${workflow}/pause`));
    const [{ now }] = (await app.rows<{ now: string }>(
      'SELECT count(*) AS now FROM workflow_enrollments WHERE workflow_id = $1',
      [workflow],
    )) as [{ now: string }];
    const enrolled = (await enrolling).filter(({ status }) => status === 201);
    expect(enrolled).toHaveLength(Number(now));
  });

  it('a deleted workflow and exits at once end everybody once', async () => {
    const workflow = await story.workflow([MAIL]);
    const enrollments = await together(numbered(60), (name) => story.enroll(workflow, `delete-${name}`));
    const headers = { 'if-match': '"2"' };
    const [deleted, ...exits] = await Promise.all([
      story.ask('DELETE', `/workflows/${workflow}`, undefined, 'Owner', { headers }),
      ...enrollments.map(({ id }) => story.ask('POST', `/enrollments/${id}/exit`)),
    ]);
    expect(deleted.status).toBe(204);
    expect(exits.filter(({ status }) => ![200, 409].includes(status))).toEqual([]);
    expect(await story.counter(workflow, 'ended')).toBe(60);
  });
});
