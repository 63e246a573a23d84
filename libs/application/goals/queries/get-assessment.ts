import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { AssessmentView } from '#application/goals/assessment-views';
import { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';

export class GetAssessment extends Query<Result<AssessmentView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetAssessment)
export class GetAssessmentHandler {
  constructor(private readonly shown: AssessmentReadModel) {}

  async execute({ actor, goalId, id }: GetAssessment): Promise<Result<AssessmentView>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const assessment = await this.shown.assessment(actor.tenantId, goalId, id);
    return assessment ? ok(assessment) : err(missing('goal_assessment'));
  }
}
