import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { andThen, err, map, ok, type Result } from '#domain/shared/result';
import { couldEnroll, enrollAll, type ContactToEnroll } from '#domain/workflows/enroll-all';
import { alreadyEnrolled } from '#domain/workflows/enrollment';
import { Clock, Ids } from '#application/shared/tools';
import { newlyEnrolled, type EnrollmentView } from '#application/workflows/enrollment-views';
import { EnrollmentStore } from '#application/workflows/ports/enrollment-store';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';

/**
 * Enrolls many contacts in one workflow, each on its own, in a handful of statements however many they are (SPEC 4.4). Answers
 * one result for each, in their order; what could not even be read is handed in as its error and answered with it.
 */
export class EnrollContacts extends Command<Result<readonly Result<EnrollmentView>[]>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly asked: readonly Result<ContactToEnroll>[],
  ) {
    super();
  }
}

@CommandHandler(EnrollContacts)
export class EnrollContactsHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly enrollments: EnrollmentStore,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, workflowId, asked }: EnrollContacts): Promise<Result<readonly Result<EnrollmentView>[]>> {
    if (!actor.may('enrollment:create')) return err(forbidden('enrollment:create'));
    const { tenantId } = actor;
    const workflow = await this.workflows.share(tenantId, workflowId);
    if (!workflow) return err(missing('workflow'));
    const now = this.clock.now();
    const requests = asked.map((one) => map(one, (contact) => ({ ...contact, id: this.ids.next() })));
    const possible = values(requests).filter((request) => couldEnroll(workflow.state, request, now));
    const contacts = await this.enrollments.holdContacts(
      tenantId,
      workflowId,
      possible.map(({ contactId }) => contactId),
    );
    const { results, attributes } = enrollAll(workflow.state, requests, contacts, now);
    const stored = await this.enrollments.add(tenantId, values(results), now);
    await this.enrollments.keepAttributes(tenantId, attributes);
    return ok(
      results.map((result) =>
        andThen(result, (made) =>
          stored.has(made.id) ? ok(newlyEnrolled(made, actor.userId, now)) : err(alreadyEnrolled),
        ),
      ),
    );
  }
}

const values = <T>(results: readonly Result<T>[]): T[] => results.flatMap((one) => (one.ok ? [one.value] : []));
