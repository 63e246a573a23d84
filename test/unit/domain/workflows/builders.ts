import { amountFrom } from '#domain/shared/decimal';
import { tidyName } from '#domain/shared/text';
import type { ContactEvent, EventFacts } from '#domain/workflows/contact-event';
import type { ActiveGoal, ActiveWorkflow, OpenEnrollment } from '#domain/workflows/decide';
import type { EventType } from '#domain/workflows/goal-type';

export const TENANT = '0190a000-0000-7000-8000-000000000001';
export const ENROLLED_AT = new Date('2026-01-10T08:00:00.000Z');
export const HOUR = 3_600_000;

export const hoursAfterEnrollment = (hours: number): Date => new Date(ENROLLED_AT.getTime() + hours * HOUR);

type Data = Readonly<Record<string, unknown>>;

const text = (data: Data, key: string): string | undefined => (typeof data[key] === 'string' ? data[key] : undefined);

const defined = (facts: { readonly [K in keyof EventFacts]: EventFacts[K] | undefined }): EventFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));

export const factsOf = (data: Data): EventFacts => {
  const name = text(data, 'tag_name');
  return defined({
    tagId: text(data, 'tag_id'),
    tagName: name === undefined ? undefined : tidyName(name),
    productId: text(data, 'product_id'),
    amount: amountFrom(data.amount),
    currency: text(data, 'currency'),
    calendarId: text(data, 'calendar_id'),
    serviceId: text(data, 'service_id'),
    formId: text(data, 'form_id'),
    pipelineId: text(data, 'pipeline_id'),
    stageId: text(data, 'stage_id'),
  });
};

export const anEvent = (
  eventType: EventType,
  data: Data = {},
  more: Partial<Omit<ContactEvent, 'eventType' | 'data' | 'facts'>> = {},
): ContactEvent => ({
  eventId: 'evt-1',
  tenantId: TENANT,
  contactId: 'c-1',
  occurredAt: hoursAfterEnrollment(1),
  source: null,
  ...more,
  eventType,
  data,
  facts: factsOf(data),
});

export const aGoal = (more: Partial<ActiveGoal> = {}): ActiveGoal => ({
  id: 'goal-1',
  tenantId: TENANT,
  workflowId: 'workflow-1',
  goalType: 'form_submitted',
  criteria: { form_id: 'f-1' },
  activeSince: new Date('2026-01-01T00:00:00.000Z'),
  windowHours: null,
  position: 1,
  ...more,
});

export const aWorkflow = (...goals: readonly ActiveGoal[]): ActiveWorkflow => ({
  id: 'workflow-1',
  tenantId: TENANT,
  goalLogic: 'any',
  goals,
});

export const anEnrollment = (more: Partial<OpenEnrollment> = {}): OpenEnrollment => ({
  id: 'enrollment-1',
  tenantId: TENANT,
  workflowId: 'workflow-1',
  contactId: 'c-1',
  enrolledAt: ENROLLED_AT,
  achievedGoalIds: new Set(),
  ...more,
});
