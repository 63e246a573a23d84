import type { Provider, Type } from '@nestjs/common';
import { CreateGoalHandler } from '#application/goals/commands/create-goal';
import { DeleteGoalHandler } from '#application/goals/commands/delete-goal';
import { EditGoalLinkHandler } from '#application/goals/commands/edit-goal-link';
import { EditGoalHandler } from '#application/goals/commands/edit-goal';
import { LinkGoalHandler } from '#application/goals/commands/link-goal';
import { MoveGoalHandler } from '#application/goals/commands/move-goal';
import { RemoveGoalLinkHandler } from '#application/goals/commands/remove-goal-link';
import { RestoreGoalHandler } from '#application/goals/commands/restore-goal';
import { TransitionGoalHandler } from '#application/goals/commands/transition-goal';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { ProgressStore } from '#application/goals/ports/progress-store';
import { GetGoalHandler } from '#application/goals/queries/get-goal';
import { GetGoalLinkHandler } from '#application/goals/queries/get-goal-link';
import { GetRealizationMapHandler } from '#application/goals/queries/get-realization-map';
import { ListGoalLinksHandler } from '#application/goals/queries/list-goal-links';
import { ListGoalsHandler } from '#application/goals/queries/list-goals';
import { RollUp } from '#application/goals/roll-up';
import { Clock } from '#application/shared/tools';
import { GoalLinksController } from '#adapters/goals/http/goal-links.controller';
import { GoalsController } from '#adapters/goals/http/goals.controller';
import { SqlGoalLinkReadModel } from '#adapters/goals/persistence/sql-goal-link-read-model';
import { SqlGoalReadModel } from '#adapters/goals/persistence/sql-goal-read-model';
import { SqlGoalSubtrees } from '#adapters/goals/persistence/sql-goal-subtrees';
import { SqlGoalTree } from '#adapters/goals/persistence/sql-goal-tree';
import { SqlProgressStore } from '#adapters/goals/persistence/sql-progress-store';
import { TypeOrmGoalLinkRepository } from '#adapters/goals/persistence/typeorm-goal-link-repository';
import { TypeOrmGoalRepository } from '#adapters/goals/persistence/typeorm-goal-repository';

const commands = [
  CreateGoalHandler,
  EditGoalHandler,
  MoveGoalHandler,
  TransitionGoalHandler,
  DeleteGoalHandler,
  RestoreGoalHandler,
  LinkGoalHandler,
  EditGoalLinkHandler,
  RemoveGoalLinkHandler,
];

const queries = [GetGoalHandler, ListGoalsHandler, GetGoalLinkHandler, ListGoalLinksHandler, GetRealizationMapHandler];

const ports: Provider[] = [
  { provide: GoalRepository, useClass: TypeOrmGoalRepository },
  { provide: GoalReadModel, useClass: SqlGoalReadModel },
  { provide: GoalSubtrees, useClass: SqlGoalSubtrees },
  { provide: GoalTree, useClass: SqlGoalTree },
  { provide: GoalLinkRepository, useClass: TypeOrmGoalLinkRepository },
  { provide: GoalLinkReadModel, useClass: SqlGoalLinkReadModel },
  { provide: ProgressStore, useClass: SqlProgressStore },
  {
    provide: RollUp,
    inject: [GoalTree, ProgressStore, Clock],
    useFactory: (tree: GoalTree, progress: ProgressStore, clock: Clock) => new RollUp(tree, progress, clock),
  },
];

/** Everything the context can do, and the doors it can be asked through. */
export const goals = {
  providers: [...commands, ...queries, ...ports] as Provider[],
  controllers: [GoalsController, GoalLinksController] as Type[],
};
