import { Chance } from '#infrastructure/demo/chance';
import { reaching, smallTalk, WORKFLOWS, type Deed, type ShopGoal, type ShopWorkflow } from '#infrastructure/demo/shop';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long the story is, in milliseconds. */
export const MONTH = 30 * DAY;
/** Nobody is enrolled before, or so late that the month ends on the way to a goal. */
const ENROLLING = { from: 2 * DAY, to: 23 * DAY };
const LONGEST_WAY = 6 * DAY;

export const WAYS_IN = ['http', 'stream', 'pubsub'] as const;
export type WayIn = (typeof WAYS_IN)[number];

export interface DemoEvent extends Deed {
  readonly event_id: string;
  readonly contact_id: string;
  readonly occurred_at: string;
  readonly source: 'shop';
}

export interface DemoEnrollment {
  readonly workflow: ShopWorkflow;
  readonly contact_id: string;
  readonly enrolled_at: string;
}

export interface Message {
  readonly way: WayIn;
  readonly event: DemoEvent;
}

/** A month: who is enrolled where, and what arrives, in the order in which it does. */
export interface Month {
  readonly start: string;
  readonly enrollments: readonly DemoEnrollment[];
  readonly messages: readonly Message[];
  /** How many enrollments of each workflow must have left by a goal in the end. */
  readonly leaving: ReadonlyMap<ShopWorkflow, number>;
}

export interface MonthSize {
  readonly seed: number;
  readonly contacts: number;
  /** At least three a contact; copies come on top. */
  readonly events: number;
}

const COPIES = 0.05;

interface Happening extends Deed {
  readonly contact_id: string;
  /** Milliseconds from the start. */
  readonly at: number;
}

/**
 * A believable month of a shop's CRM. The same size gives the same month, moved to `start`. At most one event meets a goal of
 * an enrollment, and at most one goal of an `any` workflow is met: whatever the order of arrival, one answer is right
 * (SPEC 4.3).
 */
export const monthOf = ({ seed, contacts, events }: MonthSize, start: Date): Month => {
  const chance = new Chance(seed);
  const people = Array.from({ length: contacts }, (_, n) => `c-${String(n + 1).padStart(5, '0')}`);
  const runs = people.flatMap((contact) => runsOf(contact, chance));
  const happenings = runs.flatMap((run) => run.happenings);
  const inside = new Set(runs.map(({ workflow, contact_id }) => `${workflow.name} ${contact_id}`));
  while (happenings.length < events) {
    const contact = people[chance.between(0, contacts - 1)] ?? '';
    const outside = WORKFLOWS.filter(({ name }) => !inside.has(`${name} ${contact}`));
    happenings.push({ ...byTheWay(outside, chance), contact_id: contact, at: chance.between(0, MONTH) });
  }
  const time = (at: number): string => new Date(start.getTime() + at).toISOString();
  const told = happenings.map(({ at, ...happening }, n): DemoEvent => {
    return { event_id: `demo-${String(n + 1)}`, occurred_at: time(at), source: 'shop', ...happening };
  });
  const copies = chance.shuffled(told).slice(0, Math.round(told.length * COPIES));
  return {
    start: start.toISOString(),
    enrollments: runs.map(({ workflow, contact_id, at }) => ({ workflow, contact_id, enrolled_at: time(at) })),
    messages: chance.shuffled([...told, ...copies]).map((event) => ({ way: chance.pick(WAYS_IN), event })),
    leaving: new Map(WORKFLOWS.map((one) => [one, runs.filter((run) => run.workflow === one && run.leaves).length])),
  };
};

interface Run {
  readonly workflow: ShopWorkflow;
  readonly contact_id: string;
  readonly at: number;
  readonly happenings: readonly Happening[];
  readonly leaves: boolean;
}

const runsOf = (contact: string, chance: Chance): Run[] =>
  WORKFLOWS.filter(({ enrolled }) => chance.happens(enrolled)).map((workflow) => {
    const at = chance.between(ENROLLING.from, ENROLLING.to);
    const reached = goalsReached(workflow, chance);
    const happenings = [
      ...reached.map((goal) => happen(goal, contact, at + delay(workflow, goal, chance), chance)),
      ...nearMisses(workflow, contact, at, chance),
    ];
    const leaves = workflow.goal_logic === 'any' ? reached.length > 0 : reached.length === workflow.goals.length;
    return { workflow, contact_id: contact, at, happenings, leaves };
  });

const goalsReached = ({ goal_logic, goals, reaching: share }: ShopWorkflow, chance: Chance): ShopGoal[] => {
  if (goal_logic === 'all') return goals.filter(() => chance.happens(share));
  return chance.happens(share) ? [chance.pick(goals)] : [];
};

const happen = (goal: ShopGoal, contact_id: string, at: number, chance: Chance): Happening => ({
  ...reaching(goal, chance),
  contact_id,
  at,
});

/** Mostly soon, sometimes long after, always within the goal's window. */
const delay = ({ takes }: ShopWorkflow, { window_hours = Infinity }: ShopGoal, chance: Chance): number => {
  const wanted = Math.round(-Math.log(1 - chance.next()) * takes * HOUR);
  return Math.min(wanted, LONGEST_WAY - chance.between(0, HOUR), window_hours * HOUR);
};

/** What would meet a goal, had it not happened before the enrollment, or after the goal's window. */
const nearMisses = ({ goals }: ShopWorkflow, contact: string, at: number, chance: Chance): Happening[] => {
  const goal = chance.pick(goals);
  if (!chance.happens(0.3)) return [];
  const late = goal.window_hours !== undefined && chance.happens(0.5);
  const when = late ? at + (goal.window_hours ?? 0) * HOUR + 1 : at - chance.between(1, ENROLLING.from);
  return [happen(goal, contact, when, chance)];
};

/** Small talk, or what would meet a goal of a workflow its contact is not in. */
const byTheWay = (outside: readonly ShopWorkflow[], chance: Chance): Deed => {
  const [first, ...others] = outside;
  if (!first || chance.happens(0.8)) return smallTalk(chance);
  return reaching(chance.pick(chance.pick([first, ...others]).goals), chance);
};
