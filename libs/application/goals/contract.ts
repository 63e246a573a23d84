import { Command, Query } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import type { Result } from '#domain/shared/result';
import type { TaskOf } from '#domain/goals/roll-up-path';
import type { GoalStatus } from '#domain/goals/words';

/**
 * What other contexts may use of goals, and what goals ask of those whose things hang under them (ADR 0049). Who changes tasks
 * and goals in one transaction holds the board first (`GoalDependants.hold`), then the tree of goals, then rows.
 */

/**
 * Works out these goals and all above them, after a change of what contributes to them. Sent within such a change only, which
 * has seen to the permission: that somebody may not change goals does not keep a goal from saying what its tasks have reached.
 */
export class RollUpGoals extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly goalIds: readonly string[],
  ) {
    super();
  }
}

/** An open goal of somebody's that is further behind than it should be. */
export interface GoalOffTrack {
  readonly goalId: string;
  readonly name: string;
  readonly ownerId: string;
}

/**
 * The open goals with an owner whose health is `off_track` at `now` and was not at `since`, by id. What was said of its progress
 * by `since` is read from its history; its dates and its status are taken as they are at `now`, so a goal that was moved,
 * reopened or given another target meanwhile is judged as if it had always been so. A goal made after `since` was not off track
 * then. Err: 403 without `goal:read`.
 */
export class ListGoalsGoneOffTrack extends Query<Result<readonly GoalOffTrack[]>> {
  constructor(
    readonly actor: Actor,
    readonly since: Date,
    readonly now: Date,
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

/**
 * The goal with this id; `null` when there is none, or it is deleted. Asked by what puts something under it, which has seen to
 * the permission.
 */
export class FindGoalStanding extends Query<Result<GoalStanding | null>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
  ) {
    super();
  }
}

/** A task, not deleted, of the goal named. */
export type TaskOfGoal = TaskOf;

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

  /**
   * Ends every open task of these goals; `withGoalId`: the goal that they end with. Whatever waited for nothing else, of goals
   * that are open and not on hold, is told to be ready; the same when tasks are removed.
   */
  abstract end(
    tenantId: string,
    goalIds: readonly string[],
    to: 'completed' | 'cancelled',
    withGoalId: string,
  ): Promise<void>;

  /**
   * Hides the tasks of these goals that are not hidden yet, under one deletion. Answers the goals of tasks that count
   * otherwise now, because a subtask of theirs was among what went.
   */
  abstract remove(
    tenantId: string,
    goalIds: readonly string[],
    deletionId: string,
    withGoalId: string,
  ): Promise<readonly string[]>;

  /** The tasks of a goal, deleted or not, keep none. */
  abstract detach(tenantId: string, goalId: string): Promise<void>;

  /** Brings back what a deletion took, and answers like `remove`. */
  abstract restore(tenantId: string, deletionId: string, withGoalId: string): Promise<readonly string[]>;
}
