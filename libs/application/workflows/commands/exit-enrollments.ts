import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid, missing } from '#domain/shared/errors';
import { err, faultsOf, ok, type Result } from '#domain/shared/result';
import { readExitReason } from '#domain/workflows/enrollment';
import type { ExitedView } from '#application/workflows/enrollment-views';
import { EnrollmentEndings, type OpenEnrollments } from '#application/workflows/ports/enrollment-endings';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';

export type ExitFilter = Pick<OpenEnrollments, 'contactIds' | 'enrolledBefore'>;

/** Ends a workflow's open enrollments that fit the whole filter, which must say something (SPEC 4.4). */
export class ExitEnrollments extends Command<Result<ExitedView>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly filter: ExitFilter,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(ExitEnrollments)
export class ExitEnrollmentsHandler {
  constructor(
    private readonly workflows: WorkflowRepository,
    private readonly endings: EnrollmentEndings,
  ) {}

  async execute({ actor, workflowId, filter, reason }: ExitEnrollments): Promise<Result<ExitedView>> {
    if (!actor.may('enrollment:update')) return err(forbidden('enrollment:update'));
    const read = readExitReason(reason);
    const unfiltered = !filter.contactIds && !filter.enrolledBefore;
    if (!read.ok || unfiltered) return err(invalid([...(unfiltered ? [nothingSaid] : []), ...faultsOf(read)]));
    if (!(await this.workflows.share(actor.tenantId, workflowId))) return err(missing('workflow'));
    const which = { ...filter, workflowId };
    return ok({ exited: await this.endings.end(actor.tenantId, which, { status: 'exited', reason: read.value }) });
  }
}

const nothingSaid = fault('', 'required', 'Give contact_ids or enrolled_before, or both.');
