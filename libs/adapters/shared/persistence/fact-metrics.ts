import { Counter } from 'prom-client';
import type { OutgoingFact } from '#domain/shared/aggregate';

const counter = (name: string, help: string) => new Counter({ name, help });

/** What the business counts, by the outgoing event that tells of it. */
const COUNTED: Readonly<Record<string, Counter>> = {
  'goal.created': counter('goals_created_total', 'Strategic goals created.'),
  'goal.achieved': counter('goals_achieved_total', 'Strategic goals that became achieved.'),
  'goal_link.created': counter('goal_links_created_total', 'Links between strategic goals and what realizes them.'),
};

const achievements = new Counter({
  name: 'goal_achievements_total',
  help: 'Achievements of workflow goals.',
  labelNames: ['goal_type'],
});

/** Counts what is committed. */
export const countFacts = (facts: readonly OutgoingFact[]): Promise<void> => {
  for (const { type, details } of facts) {
    COUNTED[type]?.inc();
    if (type === 'workflow.goal.achieved') achievements.inc({ goal_type: String(details.goal_type) });
  }
  return Promise.resolve();
};
