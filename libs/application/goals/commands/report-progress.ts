import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { readReport, type PastEntry, type ProgressReport } from '#domain/goals/progress-history';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import { ProgressStore } from '#application/goals/ports/progress-store';
import type { ProgressEntryView, ReportedProgressView } from '#application/goals/progress-views';
import { RollUp } from '#application/goals/roll-up';
import { shownGoal } from '#application/goals/shown-goal';

/** Says how far a goal has come, or corrects what was said, and rolls it up (SPEC 5, *Progress*). */
export class ReportProgress extends Command<Result<ReportedProgressView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly report: ProgressReport,
  ) {
    super();
  }
}

@CommandHandler(ReportProgress)
export class ReportProgressHandler {
  constructor(
    private readonly rollUp: RollUp,
    private readonly progress: ProgressStore,
    private readonly history: ProgressReadModel,
    private readonly goals: GoalReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, goalId, report }: ReportProgress): Promise<Result<ReportedProgressView>> {
    if (!actor.may('goal:update')) return err(forbidden('goal:update'));
    const { tenantId } = actor;
    const goal = (await this.rollUp.hold(tenantId, [goalId])).find(({ id }) => id === goalId);
    if (!goal) return err(missing('goal'));
    const corrected = report.corrects === null ? null : await this.history.entry(tenantId, goalId, report.corrects);
    const now = this.clock.now();
    const entry = readReport(goal, { ...report, id: this.ids.next() }, corrected && past(corrected), now);
    if (!entry.ok) return entry;
    await this.progress.report(tenantId, goal, entry.value);
    await this.rollUp.along(tenantId, [goalId]);
    const kept = existing(await this.history.entry(tenantId, goalId, entry.value.id));
    return ok({ ...kept, goal: shownGoal(existing(await this.goals.goal(tenantId, goalId)), now) });
  }
}

const past = ({ origin, effective_at, superseded_by }: ProgressEntryView): PastEntry => ({
  ...{ origin, effectiveAt: new Date(effective_at), supersededBy: superseded_by },
});
