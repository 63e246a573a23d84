import { monthOf, MONTH, type Month } from '#infrastructure/demo/month';
import { WORKFLOWS } from '#infrastructure/demo/shop';
import { answersOf } from '../../support/demo-model';

const start = new Date('2026-10-01T00:00:00.000Z');
const size = { seed: 7, contacts: 300, events: 3_000 };

describe("the demo's month", () => {
  const month: Month = monthOf(size, start);
  const answers = answersOf(month);

  it('is the same for the same seed, and another for another', () => {
    expect(monthOf(size, start)).toEqual(month);
    expect(monthOf({ ...size, seed: 8 }, start)).not.toEqual(month);
  });

  it('has as many events as asked for, and one copy for every twenty', () => {
    expect(new Set(month.messages.map(({ event }) => event.event_id)).size).toBe(3_000);
    expect(month.messages).toHaveLength(3_150);
  });

  it('lies between its start and now', () => {
    const times = [
      ...month.messages.map(({ event }) => event.occurred_at),
      ...month.enrollments.map(({ enrolled_at }) => enrolled_at),
    ].map((time) => Date.parse(time) - start.getTime());
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...times)).toBeLessThanOrEqual(MONTH);
  });

  it('arrives out of order, over all three ways', () => {
    const times = month.messages.map(({ event }) => event.occurred_at);
    expect(times).not.toEqual([...times].sort());
    for (const way of ['http', 'stream', 'pubsub'])
      expect(month.messages.filter((message) => message.way === way).length).toBeGreaterThan(900);
  });

  it('has one right answer: no goal is met twice, and of an `any` workflow no two goals are', () => {
    for (const { workflow, answer } of answers) {
      for (const allowed of answer.allowed.values()) expect(allowed.size).toBe(1);
      if (workflow.goal_logic === 'any') expect(answer.allowed.size).toBeLessThanOrEqual(1);
    }
  });

  it('says itself how many leave by a goal, as the model does', () => {
    const leaving = WORKFLOWS.map(
      (workflow) => answers.filter((one) => one.workflow === workflow && one.answer.exits).length,
    );
    expect([...month.leaving.values()]).toEqual(leaving);
    expect(Math.min(...leaving)).toBeGreaterThan(5);
  });
});
