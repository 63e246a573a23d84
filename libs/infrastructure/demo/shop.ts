import { EVENT_TYPE_OF, type EventType, type GoalLogic, type GoalType } from '#domain/workflows/goal-type';
import type { Chance } from '#infrastructure/demo/chance';

type Data = Readonly<Record<string, string>>;

/** What somebody did, without who and when. */
export interface Deed {
  readonly event_type: EventType;
  readonly data: Data;
}

export interface ShopGoal {
  readonly goal_type: GoalType;
  readonly criteria: Data;
  readonly window_hours?: number;
  /** Data of an event that meets the criteria; it meets those of no other goal of the shop. */
  readonly met: (chance: Chance) => Data;
}

export interface ShopWorkflow {
  readonly name: string;
  readonly goal_logic: GoalLogic;
  readonly steps: readonly object[];
  readonly goals: readonly [ShopGoal, ...ShopGoal[]];
  /** The share of contacts who are enrolled, and of those who reach a goal (`all`: each of the goals). */
  readonly enrolled: number;
  readonly reaching: number;
  /** Hours that reaching it takes on average. */
  readonly takes: number;
}

/** The last step is an action that nobody carries out, so that only a goal ends an enrollment. */
const mails = (...templates: readonly string[]): object[] =>
  templates.flatMap((template) => [
    { type: 'wait', duration: 'P1D' },
    { type: 'action', action: 'send_email', config: { template } },
  ]);

const price = (chance: Chance, least: number, most: number): string =>
  `${String(chance.between(least, most))}.${String(chance.between(0, 99)).padStart(2, '0')}`;

const PRODUCTS = ['lamp', 'chair', 'desk', 'shelf', 'rug', 'mirror'] as const;

/** Five automations of a shop, one for each goal type; the last takes three goals, all of them. */
export const WORKFLOWS: readonly ShopWorkflow[] = [
  {
    name: 'Abandoned cart',
    goal_logic: 'any',
    steps: mails('cart-1', 'cart-2', 'cart-3'),
    goals: [
      {
        goal_type: 'purchase_made',
        criteria: { min_amount: '20', currency: 'EUR' },
        window_hours: 120,
        met: (chance) => ({ product_id: chance.pick(PRODUCTS), amount: price(chance, 20, 400), currency: 'EUR' }),
      },
      {
        goal_type: 'tag_added',
        criteria: { tag_name: 'do not remind' },
        met: () => ({ tag_id: 't-1', tag_name: 'do not remind' }),
      },
    ],
    enrolled: 0.4,
    reaching: 0.38,
    takes: 16,
  },
  {
    name: 'Welcome series',
    goal_logic: 'any',
    steps: mails('welcome-1', 'welcome-2'),
    goals: [
      {
        goal_type: 'tag_added',
        criteria: { tag_pattern: 'newsletter-*' },
        met: (chance) => ({ tag_id: 't-2', tag_name: `newsletter-${chance.pick(PRODUCTS)}s` }),
      },
    ],
    enrolled: 0.55,
    reaching: 0.62,
    takes: 30,
  },
  {
    name: 'Book a consultation',
    goal_logic: 'any',
    steps: mails('consultation-1', 'consultation-2'),
    goals: [
      {
        goal_type: 'appointment_booked',
        criteria: { calendar_id: 'showroom' },
        met: (chance) => ({ calendar_id: 'showroom', service_id: chance.pick(['kitchen', 'office']) }),
      },
    ],
    enrolled: 0.25,
    reaching: 0.21,
    takes: 44,
  },
  {
    name: 'Ask for feedback',
    goal_logic: 'any',
    steps: mails('feedback-1'),
    goals: [
      {
        goal_type: 'form_submitted',
        criteria: { form_id: 'feedback' },
        window_hours: 96,
        met: () => ({ form_id: 'feedback' }),
      },
    ],
    enrolled: 0.35,
    reaching: 0.47,
    takes: 22,
  },
  {
    name: 'Become a member',
    goal_logic: 'all',
    steps: mails('member-1', 'member-2', 'member-3'),
    goals: [
      {
        goal_type: 'pipeline_stage_reached',
        criteria: { pipeline_id: 'membership', stage_id: 'agreed' },
        met: () => ({ pipeline_id: 'membership', stage_id: 'agreed' }),
      },
      {
        goal_type: 'form_submitted',
        criteria: { form_id: 'member-data' },
        met: () => ({ form_id: 'member-data' }),
      },
      {
        goal_type: 'purchase_made',
        criteria: { product_id: 'member-card' },
        // Below what the abandoned cart waits for.
        met: () => ({ product_id: 'member-card', amount: '9.90', currency: 'EUR' }),
      },
    ],
    enrolled: 0.15,
    reaching: 0.7,
    takes: 60,
  },
];

/** What a shop sees all day and no goal asks for. */
const SMALL_TALK: readonly [(chance: Chance) => Deed, ...((chance: Chance) => Deed)[]] = [
  (chance) => deed('tag_added', { tag_id: 't-9', tag_name: `viewed-${chance.pick(PRODUCTS)}` }),
  (chance) => deed('tag_added', { tag_id: 't-8', tag_name: chance.pick(['Newsletter-rugs', 'do not', 'returning']) }),
  (chance) =>
    deed('purchase_made', { product_id: chance.pick(PRODUCTS), amount: price(chance, 1, 19), currency: 'EUR' }),
  (chance) =>
    deed('purchase_made', { product_id: chance.pick(PRODUCTS), amount: price(chance, 20, 90), currency: 'USD' }),
  (chance) =>
    deed('purchase_made', { product_id: chance.pick(PRODUCTS), amount: `-${price(chance, 20, 90)}`, currency: 'EUR' }),
  (chance) => deed('appointment_booked', { calendar_id: 'returns', service_id: chance.pick(['kitchen', 'office']) }),
  (chance) => deed('form_submitted', { form_id: chance.pick(['newsletter', 'contact', 'size-guide']) }),
  (chance) =>
    deed('pipeline_stage_reached', { pipeline_id: 'membership', stage_id: chance.pick(['asked', 'offered']) }),
];

const deed = (type: GoalType, data: Data): Deed => ({ event_type: EVENT_TYPE_OF[type], data });

export const reaching = (goal: ShopGoal, chance: Chance): Deed => deed(goal.goal_type, goal.met(chance));

export const smallTalk = (chance: Chance): Deed => chance.pick(SMALL_TALK)(chance);
