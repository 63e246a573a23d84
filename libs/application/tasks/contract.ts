import { Query } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import type { Result } from '#domain/shared/result';

/** What other contexts may use of tasks. */

/** A task that somebody should finish soon. */
export interface DueTask {
  readonly taskId: string;
  readonly title: string;
  readonly goalId: string | null;
  readonly assignedTo: string;
  readonly dueDate: Date;
}

/** The open tasks assigned to somebody and due from the first moment up to, but not at, the second; the earliest first. */
export class ListTasksDue extends Query<Result<readonly DueTask[]>> {
  constructor(
    readonly actor: Actor,
    readonly from: Date,
    readonly to: Date,
  ) {
    super();
  }
}
