/**
 * A second, naive answer to SPEC 4.3, written from its sentences alone: it shares no code with the service and is asked
 * about all events at once, after the fact. Everything has the shape it has on the wire.
 */
type Data = Readonly<Record<string, unknown>>;
interface Owned {
  readonly id: string;
  readonly tenant_id: string;
}
export type ModelEvent = Readonly<
  Record<'event_id' | 'event_type' | 'tenant_id' | 'contact_id' | 'occurred_at', string> & { data: Data }
>;
export type ModelGoal = Readonly<
  Record<'id' | 'goal_type' | 'active_since', string> & { criteria: Data; window_hours: number | null }
>;
export type ModelWorkflow = Owned & { readonly goal_logic: 'any' | 'all'; readonly goals: readonly ModelGoal[] };
export type ModelEnrollment = Owned &
  Readonly<Record<'workflow_id' | 'contact_id' | 'enrolled_at', string> & { achieved: readonly string[] }>;

/** `allowed`: for each goal reached, the events that may be credited. Under `all`, its goals are the set achieved. */
export interface ModelAnswer {
  readonly exits: boolean;
  readonly allowed: ReadonlyMap<string, ReadonlySet<string>>;
}

const TYPES: Record<string, string> = {
  'contact.tag.added': 'tag_added',
  'payment.completed': 'purchase_made',
  'appointment.booked': 'appointment_booked',
  'form.submitted': 'form_submitted',
  'pipeline.stage.changed': 'pipeline_stage_reached',
};
const scaled = (amount: unknown): bigint => {
  const [whole = '', fraction = ''] = String(amount).split('.');
  return BigInt(whole + fraction.padEnd(18, '0'));
};
const named = (tag: unknown): string => String(tag).normalize('NFC').trim();
const asRegExp = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    'su',
  );

const holds = (key: string, asked: unknown, data: Data): boolean => {
  if (key === 'any_purchase' || key === 'any_appointment') return true;
  if (key === 'min_amount') return data.amount !== undefined && scaled(data.amount) >= scaled(asked);
  if (key === 'tag_name') return data.tag_name !== undefined && named(data.tag_name) === named(asked);
  if (key === 'tag_pattern') return data.tag_name !== undefined && asRegExp(String(asked)).test(named(data.tag_name));
  return data[key] === asked;
};

const reaches = (event: ModelEvent, goal: ModelGoal, enrollment: ModelEnrollment): boolean => {
  const [at, enrolled] = [Date.parse(event.occurred_at), Date.parse(enrollment.enrolled_at)];
  if (event.tenant_id !== enrollment.tenant_id || event.contact_id !== enrollment.contact_id) return false;
  if (TYPES[event.event_type] !== goal.goal_type || String(event.data.amount).startsWith('-')) return false;
  if (at < enrolled || at < Date.parse(goal.active_since)) return false;
  if (goal.window_hours !== null && at > enrolled + goal.window_hours * 3_600_000) return false;
  return Object.entries(goal.criteria).every(([key, asked]) => holds(key, asked, event.data));
};

/** What must come out for one open enrollment of an active workflow, whatever the order, batches or copies of the events. */
export const modelAnswer = (
  events: readonly ModelEvent[],
  workflow: ModelWorkflow,
  enrollment: ModelEnrollment,
): ModelAnswer => {
  const allowed = new Map<string, ReadonlySet<string>>();
  for (const goal of workflow.goals.filter(({ id }) => !enrollment.achieved.includes(id))) {
    const ids = events.filter((event) => reaches(event, goal, enrollment)).map((event) => event.event_id);
    if (ids.length > 0) allowed.set(goal.id, new Set(ids));
  }
  const complete = workflow.goals.every(({ id }) => allowed.has(id) || enrollment.achieved.includes(id));
  return { exits: allowed.size > 0 && (workflow.goal_logic === 'any' || complete), allowed };
};
