import type { ActiveWorkflow, Decision, OpenEnrollment } from '#domain/workflows/decide';

/** A contact as its tenant's events name it. */
export interface ContactKey {
  readonly tenantId: string;
  readonly contactId: string;
}

/** What may be decided about, held until the transaction ends. */
export interface Held {
  readonly workflows: ReadonlyMap<string, ActiveWorkflow>;
  readonly enrollments: readonly OpenEnrollment[];
}

/** A decision on its way into the store: its achievements have ids, and know which request or trace brought their event. */
export interface NamedDecision extends Omit<Decision, 'reached'> {
  readonly reached: readonly (Decision['reached'][number] & {
    readonly id: string;
    readonly requestId: string | null;
    readonly traceparent: string | null;
  })[];
}

export interface EventKey {
  readonly tenantId: string;
  readonly eventId: string;
}

/** Set-wise access to what detection reads and writes; every statement serves the whole batch (SPEC 4.3). */
export abstract class DetectionStore {
  /**
   * The open enrollments of these contacts, not held; goals achieved before are not told yet. `tenantIds`: those with which
   * there is anything to be done; from here on no others are seen.
   */
  abstract openEnrollments(contacts: readonly ContactKey[], tenantIds: readonly string[]): Promise<OpenEnrollment[]>;

  /**
   * Holds the workflows, then the enrollments, and answers what is still true of them: active workflows with their active
   * goals, enrollments still open with what they have achieved. Gives up after 200 ms on a lock.
   */
  abstract hold(candidates: readonly OpenEnrollment[]): Promise<Held>;

  /** Writes achievements, exits, cancelled actions, counters, audit entries and outgoing facts. */
  abstract record(decisions: readonly NamedDecision[]): Promise<void>;

  /** Those of the events whose id some achievement of their tenant names. */
  abstract credited(events: readonly EventKey[]): Promise<ReadonlySet<string>>;
}

export const keyOf = ({ tenantId, eventId }: EventKey): string => `${tenantId} ${eventId}`;
