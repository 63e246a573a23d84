import { canonicalJson, type JsonObject } from '#domain/shared/json';
import type { KnownContact } from '#domain/workflows/enroll-all';
import { shownStatus, type NewEnrollment, type StoredStatus } from '#domain/workflows/enrollment';
import type { PendingAction } from '#domain/workflows/pending-action';
import type { ActionType, PendingActionType } from '#domain/workflows/steps';
import type { Page, PageRequest } from '#application/shared/listing';
import type { Clock, Ids } from '#application/shared/tools';
import type {
  ClaimedActionView,
  ContactView,
  EnrollmentView,
  PendingActionView,
} from '#application/workflows/enrollment-views';
import type { AchievementView } from '#application/workflows/achievements';
import type { ContactFields, ContactRepository } from '#application/workflows/ports/contact-repository';
import type { Ending, EnrollmentEndings, OpenEnrollments } from '#application/workflows/ports/enrollment-endings';
import type { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import type { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import type { Claim, PendingActions } from '#application/workflows/ports/pending-actions';

interface Contact {
  readonly id: string;
  readonly tenantId: string;
  externalId: string | null;
  attributes: JsonObject;
  optedOut: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
}

interface Enrollment {
  readonly id: string;
  readonly tenantId: string;
  readonly workflowId: string;
  readonly contact: Contact;
  status: StoredStatus;
  readonly enrolledAt: Date;
  exitedAt: Date | null;
  exitReason: string | null;
  readonly createdAt: Date;
  readonly createdBy: string | null;
}

interface Action extends PendingAction {
  readonly position: number;
  readonly actionType: PendingActionType;
  readonly config: JsonObject;
  readonly attempts: number;
}

/** Enrollments, their steps and their contacts in memory: one world behind all ports that touch them. */
export class InMemoryEnrollments implements EnrollmentStore, EnrollmentEndings, EnrollmentReadModel, PendingActions {
  readonly contacts: Contact[] = [];
  readonly all: Enrollment[] = [];
  readonly achieved: AchievementView[] = [];
  readonly paused = new Set<string>();
  private steps: Action[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly by: string | null = null,
  ) {}

  async holdContacts(tenantId: string, workflowId: string, contactIds: readonly string[]) {
    return new Map<string, KnownContact>(
      contactIds.map((externalId) => {
        const contact = this.made(tenantId, externalId);
        const { attributes, optedOut } = contact;
        const hasOpenEnrollment = this.all.some(
          (one) => one.contact === contact && one.workflowId === workflowId && one.status === 'active',
        );
        return [externalId, { attributes, optedOut, hasOpenEnrollment }];
      }),
    );
  }

  async add(tenantId: string, enrollments: readonly NewEnrollment[], now: Date): Promise<ReadonlySet<string>> {
    const stored = new Set<string>();
    for (const { id, workflowId, contactId, enrolledAt, actions } of enrollments) {
      const contact = this.made(tenantId, contactId);
      const open = (one: Enrollment) =>
        one.contact === contact && one.workflowId === workflowId && one.status === 'active';
      if (this.all.some(open)) continue;
      stored.add(id);
      const rest = { status: 'active', exitedAt: null, exitReason: null, createdAt: now, createdBy: this.by } as const;
      this.all.push({ id, tenantId, workflowId, contact, enrolledAt, ...rest });
      this.steps.push(
        ...actions.map(({ position, actionType, scheduledAt, config }) => ({
          ...{ id: this.ids.next(), workflowId, enrollmentId: id, position, actionType, scheduledAt },
          ...{ config: config ?? {}, attempts: 0, status: 'pending' as const },
          ...{ token: null, leaseExpiresAt: null, error: null, finishedAt: null },
        })),
      );
    }
    return stored;
  }

  async keepAttributes(tenantId: string, attributes: ReadonlyMap<string, JsonObject>): Promise<void> {
    for (const [contactId, value] of attributes) Object.assign(this.made(tenantId, contactId), { attributes: value });
  }

  async end(tenantId: string, which: OpenEnrollments, { status, reason }: Ending): Promise<number> {
    const now = this.clock.now();
    const ending = this.all.filter(
      (one) => one.tenantId === tenantId && one.status === 'active' && this.fits(one, which),
    );
    for (const one of ending) {
      Object.assign(one, { status, exitReason: reason, exitedAt: now });
      this.steps = this.steps.map((step) => {
        if (step.enrollmentId !== one.id || !['pending', 'claimed'].includes(step.status)) return step;
        return this.isFinished(step)
          ? { ...step, status: 'completed', finishedAt: step.scheduledAt }
          : { ...step, status: 'cancelled', finishedAt: now };
      });
    }
    return ending.length;
  }

  async claim(tenantId: string, { limit, leaseSeconds, types }: Claim): Promise<ClaimedActionView[]> {
    const now = this.clock.now();
    const due = this.steps
      .filter((step) => step.actionType !== 'wait' && step.scheduledAt <= now && this.present(step) === 'pending')
      .filter((step) => types === null || types.includes(step.actionType as ActionType))
      .filter((step) => {
        const owner = this.all.find((one) => one.id === step.enrollmentId);
        return owner?.tenantId === tenantId && owner.status === 'active' && !this.paused.has(owner.workflowId);
      })
      .filter((step) => this.of(step.enrollmentId).every((b) => b.position >= step.position || this.isFinished(b)))
      .sort((one, other) => one.scheduledAt.getTime() - other.scheduledAt.getTime())
      .slice(0, limit);
    return due.map((step) => {
      const token = this.ids.next();
      const leaseExpiresAt = new Date(now.getTime() + leaseSeconds * 1000);
      const claimed: Action = { ...step, status: 'claimed', token, leaseExpiresAt, attempts: step.attempts + 1 };
      this.replace(claimed);
      return {
        id: step.id,
        workflow_id: step.workflowId,
        enrollment_id: step.enrollmentId,
        contact_id: this.all.find((one) => one.id === step.enrollmentId)?.contact.externalId ?? '',
        action_type: step.actionType as ActionType,
        config: step.config,
        scheduled_at: step.scheduledAt.toISOString(),
        token,
        lease_expires_at: leaseExpiresAt.toISOString(),
        attempts: claimed.attempts,
      };
    });
  }

  async hold(tenantId: string, id: string): Promise<PendingAction | null> {
    const step = this.steps.find((one) => one.id === id);
    return step && this.all.some((one) => one.id === step.enrollmentId && one.tenantId === tenantId) ? step : null;
  }

  async save(_tenantId: string, action: PendingAction): Promise<void> {
    const before = this.steps.find(({ id }) => id === action.id);
    if (before) this.replace({ ...before, ...action });
  }

  async enrollments(tenantId: string, ids: readonly string[]): Promise<EnrollmentView[]> {
    return this.all.filter((one) => one.tenantId === tenantId && ids.includes(one.id)).map((one) => this.shown(one));
  }

  async ofWorkflow(tenantId: string, workflowId: string, page: PageRequest): Promise<Page<EnrollmentView>> {
    const { status } = page.filters;
    const items = this.all
      .filter((one) => one.tenantId === tenantId && one.workflowId === workflowId)
      .map((one) => this.shown(one))
      .filter((one) => status === undefined || status.includes(one.status));
    return { items, total: items.length, offset: page.offset, limit: page.limit, next_cursor: null };
  }

  async actions(tenantId: string, enrollmentId: string): Promise<PendingActionView[]> {
    const known = this.all.some((one) => one.id === enrollmentId && one.tenantId === tenantId);
    return known ? this.of(enrollmentId).map((step) => this.shownStep(step)) : [];
  }

  async action(tenantId: string, id: string): Promise<PendingActionView | null> {
    const step = this.steps.find((one) => one.id === id);
    return step && (await this.hold(tenantId, id)) ? this.shownStep(step) : null;
  }

  async achievements(_tenantId: string, enrollmentId: string): Promise<AchievementView[]> {
    return this.achieved.filter(({ enrollment_id }) => enrollment_id === enrollmentId);
  }

  async contact(tenantId: string, contactId: string): Promise<ContactView | null> {
    const contact = this.known(tenantId, contactId);
    if (!contact) return null;
    const { attributes, optedOut, createdAt, updatedAt } = contact;
    const times = { created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() };
    return { contact_id: contactId, attributes, opted_out: optedOut, ...times };
  }

  known(tenantId: string, contactId: string): Contact | undefined {
    return this.contacts.find((one) => one.tenantId === tenantId && one.externalId === contactId);
  }

  made(tenantId: string, externalId: string): Contact {
    const known = this.known(tenantId, externalId);
    if (known) return known;
    const now = this.clock.now();
    const made = {
      id: this.ids.next(),
      tenantId,
      externalId,
      attributes: {},
      optedOut: false,
      createdAt: now,
      updatedAt: now,
    };
    this.contacts.push(made);
    return made;
  }

  private fits(one: Enrollment, which: OpenEnrollments): boolean {
    return (
      (which.ids?.includes(one.id) ?? true) &&
      (which.workflowId ?? one.workflowId) === one.workflowId &&
      (which.contactIds?.includes(one.contact.externalId ?? '') ?? true) &&
      (which.enrolledBefore === undefined || one.enrolledAt < which.enrolledBefore) &&
      !(which.allStepsFinished && this.of(one.id).some((step) => !this.isFinished(step))) &&
      !(which.inActiveWorkflow && this.paused.has(one.workflowId))
    );
  }

  private of(enrollmentId: string): Action[] {
    return this.steps.filter((step) => step.enrollmentId === enrollmentId);
  }

  private replace(action: Action): void {
    this.steps = this.steps.map((step) => (step.id === action.id ? action : step));
  }

  private isFinished({ status, actionType, scheduledAt }: Action): boolean {
    const isOver = actionType === 'wait' && scheduledAt <= this.clock.now();
    return isOver || !['pending', 'claimed'].includes(status);
  }

  private present({ status, leaseExpiresAt }: Action): Action['status'] {
    return status === 'claimed' && leaseExpiresAt !== null && leaseExpiresAt <= this.clock.now() ? 'pending' : status;
  }

  private shown(one: Enrollment): EnrollmentView {
    const next = this.of(one.id).find((step) => !this.isFinished(step));
    return {
      id: one.id,
      workflow_id: one.workflowId,
      contact_id: one.contact.externalId,
      status: shownStatus(one.status, next?.scheduledAt ?? null, this.clock.now()),
      enrolled_at: one.enrolledAt.toISOString(),
      exited_at: one.exitedAt?.toISOString() ?? null,
      exit_reason: one.exitReason,
      created_at: one.createdAt.toISOString(),
      created_by: one.createdBy,
    };
  }

  private shownStep(step: Action): PendingActionView {
    const isOver = step.status === 'pending' && this.isFinished(step);
    const status = isOver ? 'completed' : this.present(step);
    return {
      id: step.id,
      workflow_id: step.workflowId,
      enrollment_id: step.enrollmentId,
      position: step.position,
      action_type: step.actionType,
      config: step.config,
      scheduled_at: step.scheduledAt.toISOString(),
      status,
      attempts: step.attempts,
      lease_expires_at: status === 'claimed' ? (step.leaseExpiresAt?.toISOString() ?? null) : null,
      error: step.error,
      finished_at: (isOver ? step.scheduledAt : step.finishedAt)?.toISOString() ?? null,
    };
  }
}

/** The contacts of the same world. */
export class InMemoryContacts implements ContactRepository {
  constructor(private readonly world: InMemoryEnrollments) {}

  async put(tenantId: string, contactId: string, { attributes, optedOut }: ContactFields): Promise<void> {
    const contact = this.world.made(tenantId, contactId);
    if (attributes && canonicalJson(attributes) !== canonicalJson(contact.attributes)) contact.attributes = attributes;
    if (optedOut !== undefined) contact.optedOut = optedOut;
  }

  async hold(tenantId: string, contactId: string): Promise<boolean> {
    return this.world.known(tenantId, contactId) !== undefined;
  }

  async erase(tenantId: string, contactId: string): Promise<void> {
    const contact = this.world.known(tenantId, contactId);
    if (!contact) throw new Error('a contact is erased while it is held');
    Object.assign(contact, { externalId: null, attributes: {} });
    this.world.achieved.forEach((one, n) => {
      if (one.contact_id !== contactId) return;
      const { event_id, event_type, occurred_at } = one.trigger_event;
      this.world.achieved[n] = {
        ...one,
        contact_id: null,
        trigger_event: { event_id, event_type, occurred_at },
        metadata: {},
      };
    });
  }
}
