import { Command, Query } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import type { Result } from '#domain/shared/result';
import type { GoalTask } from '#domain/goals/roll-up';
import type { GoalStatus } from '#domain/goals/words';

/**
 * What other contexts may use of goals, and what goals ask of those whose things hang under them (ADR 0049). Who changes tasks
 * and goals in one transaction holds the board first (`GoalDependants.hold`), then the tree of goals, then rows.
 */

/** Works out these goals and all above them, after a change of what contributes to them. Sent within such a change only. */
export class RollUpGoals extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly goalIds: readonly string[],
  ) {
    super();
  }
}

/** What must be known of a goal by what is put under it. */
export interface GoalStanding {
  readonly id: string;
  readonly name: string;
  readonly status: GoalStatus;
  readonly isOpen: boolean;
}

/** The goal with this id; `null` when there is none, or it is deleted. */
export class FindGoalStanding extends Query<Result<GoalStanding | null>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
  ) {
    super();
  }
}

/** A task, not deleted, of the goal named. */
export interface TaskOfGoal extends GoalTask {
  readonly goalId: string;
}

/** What the progress of goals comes from besides goals. */
export abstract class GoalContributors {
  /** Every task right under these goals that is not deleted, by title. */
  abstract tasksOf(tenantId: string, goalIds: readonly string[]): Promise<readonly TaskOfGoal[]>;
}

/** A task as it is named to somebody who must decide about its goal. */
export interface NamedTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
}

/** What hangs under goals, and goes with them. Each change has an audit entry and an outgoing fact for each task. */
export abstract class GoalDependants {
  /**
   * Until the transaction ends, nobody else changes the status or the place of a task of the tenant. Taken before the tree of
   * goals, by every change that may reach from the one to the other.
   */
  abstract hold(tenantId: string): Promise<void>;

  /** The first hundred tasks right under a goal that are not deleted, or of those the open ones. */
  abstract tasksUnder(tenantId: string, goalId: string, which: 'live' | 'open'): Promise<readonly NamedTask[]>;

  /** Ends every open task of these goals; `withGoalId`: the goal that they end with. */
  abstract end(
    tenantId: string,
    goalIds: readonly string[],
    to: 'completed' | 'cancelled',
    withGoalId: string,
  ): Promise<void>;

  /** Hides the tasks of these goals that are not hidden yet, under one deletion. */
  abstract remove(tenantId: string, goalIds: readonly string[], deletionId: string, withGoalId: string): Promise<void>;

  /** The tasks of a goal, deleted or not, keep none. */
  abstract detach(tenantId: string, goalId: string): Promise<void>;

  /** Brings back what a deletion took. */
  abstract restore(tenantId: string, deletionId: string, withGoalId: string): Promise<void>;
}

/** A goal that needs its owner's attention. */
export interface GoalOffTrack {
  readonly goalId: string;
  readonly name: string;
  readonly ownerId: string;
}

/** The owned goals of the tenant that are off track `now` and were not at `since`. */
export class ListGoalsGoneOffTrack extends Query<Result<readonly GoalOffTrack[]>> {
  constructor(
    readonly actor: Actor,
    readonly since: Date,
    readonly now: Date,
  ) {
    super();
  }
}
