import type { Provider, Type } from '@nestjs/common';
import { CreateGoalHandler } from '#application/goals/commands/create-goal';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { ProgressStore } from '#application/goals/ports/progress-store';
import { GetGoalHandler } from '#application/goals/queries/get-goal';
import { ListGoalsHandler } from '#application/goals/queries/list-goals';
import { RollUp } from '#application/goals/roll-up';
import { Clock } from '#application/shared/tools';
import { GoalsController } from '#adapters/goals/http/goals.controller';
import { SqlGoalReadModel } from '#adapters/goals/persistence/sql-goal-read-model';
import { SqlGoalTree } from '#adapters/goals/persistence/sql-goal-tree';
import { SqlProgressStore } from '#adapters/goals/persistence/sql-progress-store';
import { TypeOrmGoalRepository } from '#adapters/goals/persistence/typeorm-goal-repository';

const commands = [CreateGoalHandler];

const queries = [GetGoalHandler, ListGoalsHandler];

const ports: Provider[] = [
  { provide: GoalRepository, useClass: TypeOrmGoalRepository },
  { provide: GoalReadModel, useClass: SqlGoalReadModel },
  { provide: GoalTree, useClass: SqlGoalTree },
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
  controllers: [GoalsController] as Type[],
};
