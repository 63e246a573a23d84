import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { Role } from '#domain/shared/permissions';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { ExplainedEnrollment } from '#domain/workflows/explain';
import { ActivateWorkflow, ActivateWorkflowHandler } from '#application/workflows/commands/activate-workflow';
import {
  ConfigureWorkflowGoal,
  ConfigureWorkflowGoalHandler,
} from '#application/workflows/commands/configure-workflow-goal';
import { CreateWorkflow, CreateWorkflowHandler } from '#application/workflows/commands/create-workflow';
import type { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import type { Explained } from '#application/workflows/ports/explained-enrollments';
import { InMemoryCatalog } from '../../../support/fakes/in-memory-catalog';
import { InMemoryListeners } from '../../../support/fakes/in-memory-listeners';
import { InMemoryWorkflowGoals } from '../../../support/fakes/in-memory-workflow-goals';
import { InMemoryWorkflowReadModel } from '../../../support/fakes/in-memory-workflow-read-model';
import { InMemoryWorkflows } from '../../../support/fakes/in-memory-workflows';
import { CountingIds, StandingClock } from '../../../support/fakes/tools';
import { expectOk } from '../../../support/results';

/** Everything the handlers of workflows stand on, in memory, and the steps that tests begin with. */
export class World {
  readonly tenantId = randomUUID();
  readonly userId = randomUUID();
  readonly clock = new StandingClock();
  readonly ids = new CountingIds();
  readonly workflows = new InMemoryWorkflows(this.clock, () => this.userId);
  readonly goals = new InMemoryWorkflowGoals(this.clock, () => this.userId);
  readonly shown = new InMemoryWorkflowReadModel(this.workflows, this.goals);
  readonly catalog = new InMemoryCatalog(this.clock);
  readonly listeners = new InMemoryListeners();
  readonly settings = { maxGoals: 3 };
  readonly ended: [workflowId: string, reason: string][] = [];
  readonly endings: EnrollmentEndings = {
    end: (_, { workflowId }, { reason }) => {
      this.ended.push([workflowId ?? '', reason ?? '']);
      return Promise.resolve(2);
    },
  };
  readonly enrollments: (ExplainedEnrollment & { readonly id: string; readonly workflowId: string })[] = [];
  readonly explained = {
    find: (tenantId: string, workflowId: string, which: Explained) =>
      Promise.resolve(
        this.enrollments.find(
          (one) =>
            one.tenantId === tenantId &&
            one.workflowId === workflowId &&
            ('enrollmentId' in which ? one.id === which.enrollmentId : one.contactId === which.contactId),
        ) ?? null,
      ),
  };

  as(role: Role): Actor {
    return Actor.member(this.tenantId, this.userId, role);
  }

  get admin(): Actor {
    return this.as('Admin');
  }

  get stranger(): Actor {
    return Actor.member(randomUUID(), randomUUID(), 'Owner');
  }

  /** The facts told about workflows and goals, by type. */
  get told(): string[] {
    return [...this.workflows.rows.told, ...this.goals.rows.told].map(({ type }) => type);
  }

  async workflow(name = 'Abandoned cart'): Promise<string> {
    const handler = new CreateWorkflowHandler(this.workflows, this.shown, this.clock, this.ids);
    const fields = { name, description: null, goalLogic: 'any' as const, steps: [] };
    return expectOk(await handler.execute(new CreateWorkflow(this.admin, fields))).id;
  }

  async goal(workflowId: string, form = 'form-7'): Promise<string> {
    const request = { goalType: 'form_submitted' as const, criteria: { form_id: form } };
    return expectOk(await this.configuring.execute(new ConfigureWorkflowGoal(this.admin, workflowId, request))).id;
  }

  async activate(id: string): Promise<void> {
    expectOk(await this.activating.execute(new ActivateWorkflow(this.admin, id, undefined)));
  }

  get configuring(): ConfigureWorkflowGoalHandler {
    const { workflows, goals, catalog, listeners, shown, settings, clock, ids } = this;
    return new ConfigureWorkflowGoalHandler(workflows, goals, catalog, listeners, shown, settings, clock, ids);
  }

  get activating(): ActivateWorkflowHandler {
    return new ActivateWorkflowHandler(
      this.workflows,
      this.goals,
      this.catalog,
      this.listeners,
      this.shown,
      this.clock,
    );
  }

  event(more: Partial<ContactEvent> = {}): ContactEvent {
    return {
      eventId: 'evt-1',
      eventType: 'form.submitted',
      tenantId: this.tenantId,
      contactId: 'c-42',
      occurredAt: this.clock.now(),
      source: null,
      data: { form_id: 'form-7' },
      facts: { formId: 'form-7' },
      ...more,
    };
  }
}

/** What was refused, by kind and code. */
export const refusal = (kind: string, code: string) => ({ ok: false, error: { kind, code } });

export const FORBIDDEN = refusal('forbidden', 'forbidden');
export const UNVERSIONED = refusal('unversioned', 'precondition-required');
export const STALE = refusal('stale', 'version-mismatch');
