import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { readAssessment, type Findings } from '#domain/goals/assessment';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import type { AssessmentView } from '#application/goals/assessment-views';
import { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';
import { AssessmentRepository } from '#application/goals/ports/assessment-repository';

/** Writes down what the caller finds of a goal, whatever its status (SPEC 5, *Assessment*). */
export class AssessGoal extends Command<Result<AssessmentView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly findings: Findings,
    /** `null`: now. */
    readonly assessedAt: Date | null,
  ) {
    super();
  }
}

@CommandHandler(AssessGoal)
export class AssessGoalHandler {
  constructor(
    private readonly assessments: AssessmentRepository,
    private readonly shown: AssessmentReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, goalId, findings, assessedAt }: AssessGoal): Promise<Result<AssessmentView>> {
    if (!actor.may('goal:update')) return err(forbidden('goal:update'));
    const { tenantId, userId: assessorId } = actor;
    const goal = await this.assessments.hold(tenantId, goalId);
    if (!goal) return err(missing('goal'));
    const [id, now] = [this.ids.next(), this.clock.now()];
    const assessment = readAssessment({ id, assessorId }, findings, assessedAt, now);
    if (!assessment.ok) return assessment;
    await this.assessments.add(goal, assessment.value, now);
    return ok(existing(await this.shown.assessment(tenantId, goalId, id)));
  }
}
