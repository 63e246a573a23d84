import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import type { AssessmentView } from '#application/goals/assessment-views';
import { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';

export class ListAssessments extends Query<Result<Page<AssessmentView>>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListAssessments)
export class ListAssessmentsHandler {
  constructor(private readonly shown: AssessmentReadModel) {}

  async execute({ actor, goalId, page }: ListAssessments): Promise<Result<Page<AssessmentView>>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const found = await this.shown.assessments(actor.tenantId, goalId, page);
    return found ? ok(found) : err(missing('goal'));
  }
}
