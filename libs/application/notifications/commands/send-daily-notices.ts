import { Command, CommandHandler, QueryBus } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { err, ok, type Result } from '#domain/shared/result';
import { forbidden } from '#domain/shared/errors';
import { noticeOfDueTask, noticeOfLaggingGoal } from '#domain/notifications/notice';
import { dailySpans } from '#domain/notifications/day';
import { ListGoalsGoneOffTrack } from '#application/goals/contract';
import { ListTasksDue } from '#application/tasks/contract';
import { Announcer } from '#application/notifications/announcer';

/**
 * Tells the people of one tenant, for a day (`2026-11-26`), which of their tasks are due on the next, and which of their goals
 * have gone off track since the day before. The same day again changes nothing. Answers how many were new.
 */
export class SendDailyNotices extends Command<Result<number>> {
  constructor(
    readonly actor: Actor,
    readonly day: string,
  ) {
    super();
  }
}

@CommandHandler(SendDailyNotices)
export class SendDailyNoticesHandler {
  constructor(
    private readonly queries: QueryBus,
    private readonly announcer: Announcer,
  ) {}

  async execute({ actor, day }: SendDailyNotices): Promise<Result<number>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    const { dueFrom, dueTo, since, until } = dailySpans(day);
    const tasks = await this.queries.execute(new ListTasksDue(actor, dueFrom, dueTo));
    if (!tasks.ok) return tasks;
    const goals = await this.queries.execute(new ListGoalsGoneOffTrack(actor, since, until));
    if (!goals.ok) return goals;
    const notices = [
      ...tasks.value.map((task) => noticeOfDueTask(day, task)),
      ...goals.value.map((goal) => noticeOfLaggingGoal(day, goal)),
    ];
    return ok(await this.announcer.announce(actor.tenantId, notices));
  }
}
