import { listen } from '#infrastructure/http/server';
import { Config } from '#infrastructure/config/config';
import type { MonthSize } from '#infrastructure/demo/month';
import { replay, type Outcome } from '#infrastructure/demo/replay';
import { progress, speedOf, tableOf } from '#infrastructure/demo/report';
import type { RunningService } from '#infrastructure/local/local-service';
import { TestApp } from '../support/app';
import { answersOf } from '../support/demo-model';

const silent = { said: () => undefined, sent: () => undefined };

/** The middle by nearest rank, in hours with one decimal, half up. */
const medianHours = (times: readonly number[]): number | null => {
  const sorted = [...times].sort((one, other) => one - other);
  const middle = sorted[Math.ceil(sorted.length / 2) - 1];
  return middle === undefined ? null : Math.round(middle / 360_000) / 10;
};

describe('npm run demo', () => {
  const size: MonthSize = { seed: 42, contacts: 100, events: 1_000 };
  let app: TestApp;
  let service: RunningService;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    app = await TestApp.start();
    service = { url: await listen(app.nest, 0), config: app.nest.get(Config) };
  });
  afterAll(() => app.stop());

  it('gives the same table for the same seed, each time in a tenant of its own', async () => {
    for (let run = 0; run < 2; run += 1) outcomes.push(await replay(service, size, silent));
    const [one, other] = outcomes;
    expect(tableOf(one!.lines)).toBe(tableOf(other!.lines));
    expect(one!.tenantId).not.toBe(other!.tenantId);
  }, 60_000);

  it('counts what the model counts', () => {
    const { month, lines } = outcomes[0]!;
    const answers = answersOf(month);
    for (const { workflow, ...numbers } of lines) {
      const own = answers.filter((one) => one.workflow === workflow);
      const times = own.flatMap(({ timeToGoal }) => timeToGoal ?? []);
      expect({ name: workflow.name, ...numbers }).toMatchObject({
        name: workflow.name,
        total_enrolled: own.length,
        goals_achieved: times.length,
        conversion_rate: Math.round((times.length * 1000) / own.length) / 10,
        median_time_to_goal_hours: medianHours(times),
      });
    }
    expect(lines).toHaveLength(5);
  });

  it('leaves no message unread and none refused', async () => {
    const tenants = outcomes.map(({ tenantId }) => tenantId);
    expect(await app.rows('SELECT reason FROM dead_letters WHERE tenant_id = ANY ($1)', [tenants])).toEqual([]);
    expect(await app.redis.xpending('goal-service:events:in:0', 'goal-service')).toEqual([0, null, null, null]);
  });

  it('prints progress as plain lines where there is no terminal, and one line about speed', () => {
    const lines: string[] = [];
    const out = { isTTY: false, write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream;
    const { sent } = progress(out);
    for (let count = 1; count <= 40; count += 1) sent(count, 40);
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('100 %  40 of 40 messages sent\n');
    expect(speedOf(outcomes[0]!)).toMatch(
      /^1,050 messages \(http \d+, stream \d+, pubsub \d+\) decided in [\d.]+ s: [\d,]+ events\/s$/,
    );
  });
});
