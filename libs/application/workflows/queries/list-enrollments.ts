import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { ENROLLMENT_STATUSES } from '#domain/workflows/enrollment';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { enrollmentView, type EnrollmentView } from '#application/workflows/enrollment-views';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';

export const enrollmentListing = listing({
  item: enrollmentView,
  sortable: ['created_at', 'enrolled_at', 'exited_at'],
  filters: {
    status: { kind: { oneOf: ENROLLMENT_STATUSES } },
    contact_id: { kind: 'text' },
    enrolled_before: { kind: 'time', one: true },
    enrolled_after: { kind: 'time', one: true },
  },
});

export class ListEnrollments extends Query<Result<Page<EnrollmentView>>> {
  constructor(
    readonly actor: Actor,
    readonly workflowId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListEnrollments)
export class ListEnrollmentsHandler {
  constructor(
    private readonly workflows: WorkflowReadModel,
    private readonly shown: EnrollmentReadModel,
  ) {}

  async execute({ actor, workflowId, page }: ListEnrollments): Promise<Result<Page<EnrollmentView>>> {
    if (!actor.may('enrollment:read')) return err(forbidden('enrollment:read'));
    if (!(await this.workflows.workflow(actor.tenantId, workflowId))) return err(missing('workflow'));
    return ok(await this.shown.ofWorkflow(actor.tenantId, workflowId, page));
  }
}
