/** The five ways a contact can reach a workflow goal, and the event type each listens to (SPEC 4.2). */
export const EVENT_TYPE_OF = {
  tag_added: 'contact.tag.added',
  purchase_made: 'payment.completed',
  appointment_booked: 'appointment.booked',
  form_submitted: 'form.submitted',
  pipeline_stage_reached: 'pipeline.stage.changed',
} as const;

export type GoalType = keyof typeof EVENT_TYPE_OF;
export type EventType = (typeof EVENT_TYPE_OF)[GoalType];

export const GOAL_TYPES = Object.keys(EVENT_TYPE_OF) as readonly GoalType[];
export const EVENT_TYPES = Object.values(EVENT_TYPE_OF) as readonly EventType[];

export const isEventType = (text: string): text is EventType => (EVENT_TYPES as readonly string[]).includes(text);

/** `any`: the first goal met ends the enrollment; `all`: the one that completes the set does. */
export const GOAL_LOGICS = ['any', 'all'] as const;
export type GoalLogic = (typeof GOAL_LOGICS)[number];
