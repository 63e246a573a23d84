import type { Provider, Type } from '@nestjs/common';
import { Below } from '#application/goals/below';
import { AssessGoalHandler } from '#application/goals/commands/assess-goal';
import { CreateGoalHandler } from '#application/goals/commands/create-goal';
import { DeleteGoalHandler } from '#application/goals/commands/delete-goal';
import { EditGoalHandler } from '#application/goals/commands/edit-goal';
import { EditGoalLinkHandler } from '#application/goals/commands/edit-goal-link';
import { LinkGoalHandler } from '#application/goals/commands/link-goal';
import { MoveGoalHandler } from '#application/goals/commands/move-goal';
import { RemoveGoalLinkHandler } from '#application/goals/commands/remove-goal-link';
import { ReportProgressHandler } from '#application/goals/commands/report-progress';
import { RestoreGoalHandler } from '#application/goals/commands/restore-goal';
import { RollUpGoalsHandler } from '#application/goals/commands/roll-up-goals';
import { TransitionGoalHandler } from '#application/goals/commands/transition-goal';
import { GoalContributors, GoalDependants } from '#application/goals/contract';
import { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';
import { AssessmentRepository } from '#application/goals/ports/assessment-repository';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { GoalOverview } from '#application/goals/ports/goal-overview';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { GoalWatch } from '#application/goals/ports/goal-watch';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import { ProgressStore } from '#application/goals/ports/progress-store';
import { ExplainProgressHandler } from '#application/goals/queries/explain-progress';
import { FindGoalStandingHandler } from '#application/goals/queries/find-goal-standing';
import { GetAssessmentHandler } from '#application/goals/queries/get-assessment';
import { GetGoalHandler } from '#application/goals/queries/get-goal';
import { GetGoalAnalysisHandler } from '#application/goals/queries/get-goal-analysis';
import { GetGoalLinkHandler } from '#application/goals/queries/get-goal-link';
import { GetGoalTreeHandler } from '#application/goals/queries/get-goal-tree';
import { GetGoalVocabularyHandler } from '#application/goals/queries/get-goal-vocabulary';
import { GetProgressEntryHandler } from '#application/goals/queries/get-progress-entry';
import { GetProgressSeriesHandler } from '#application/goals/queries/get-progress-series';
import { GetRealizationMapHandler } from '#application/goals/queries/get-realization-map';
import { GetStatusSummaryHandler } from '#application/goals/queries/get-status-summary';
import { ListAssessmentsHandler } from '#application/goals/queries/list-assessments';
import { ListGoalLinksHandler } from '#application/goals/queries/list-goal-links';
import { ListGoalsHandler } from '#application/goals/queries/list-goals';
import { ListGoalsGoneOffTrackHandler } from '#application/goals/queries/list-goals-gone-off-track';
import { ListProgressHandler } from '#application/goals/queries/list-progress';
import { RollUp } from '#application/goals/roll-up';
import { Cache } from '#application/shared/cache';
import { Clock } from '#application/shared/tools';
import { GoalAssessmentsController } from '#adapters/goals/http/goal-assessments.controller';
import { GoalInsightController } from '#adapters/goals/http/goal-insight.controller';
import { GoalLinksController } from '#adapters/goals/http/goal-links.controller';
import { GoalProgressController } from '#adapters/goals/http/goal-progress.controller';
import { GoalVocabularyController } from '#adapters/goals/http/goal-vocabulary.controller';
import { GoalsController } from '#adapters/goals/http/goals.controller';
import { CachedGoalReadModel } from '#adapters/goals/persistence/cached-goal-read-model';
import { SqlAssessments } from '#adapters/goals/persistence/sql-assessments';
import { SqlGoalLinkReadModel } from '#adapters/goals/persistence/sql-goal-link-read-model';
import { SqlGoalOverview } from '#adapters/goals/persistence/sql-goal-overview';
import { SqlGoalReadModel } from '#adapters/goals/persistence/sql-goal-read-model';
import { SqlGoalSubtrees } from '#adapters/goals/persistence/sql-goal-subtrees';
import { SqlGoalTree } from '#adapters/goals/persistence/sql-goal-tree';
import { SqlGoalWatch } from '#adapters/goals/persistence/sql-goal-watch';
import { SqlProgressReadModel } from '#adapters/goals/persistence/sql-progress-read-model';
import { SqlProgressStore } from '#adapters/goals/persistence/sql-progress-store';
import { TypeOrmGoalLinkRepository } from '#adapters/goals/persistence/typeorm-goal-link-repository';
import { TypeOrmGoalRepository } from '#adapters/goals/persistence/typeorm-goal-repository';
import { SqlGoalContributors } from '#adapters/tasks/persistence/sql-goal-contributors';
import { SqlGoalDependants } from '#adapters/tasks/persistence/sql-goal-dependants';
import { Config } from '#infrastructure/config/config';

const commands = [
  CreateGoalHandler,
  EditGoalHandler,
  MoveGoalHandler,
  TransitionGoalHandler,
  DeleteGoalHandler,
  RestoreGoalHandler,
  ReportProgressHandler,
  AssessGoalHandler,
  LinkGoalHandler,
  EditGoalLinkHandler,
  RemoveGoalLinkHandler,
  RollUpGoalsHandler,
];

const queries = [
  GetGoalHandler,
  ListGoalsHandler,
  GetGoalLinkHandler,
  ListGoalLinksHandler,
  GetRealizationMapHandler,
  ListProgressHandler,
  GetProgressEntryHandler,
  GetProgressSeriesHandler,
  ExplainProgressHandler,
  ListAssessmentsHandler,
  GetAssessmentHandler,
  GetStatusSummaryHandler,
  GetGoalAnalysisHandler,
  GetGoalTreeHandler,
  GetGoalVocabularyHandler,
  FindGoalStandingHandler,
  ListGoalsGoneOffTrackHandler,
];

const ports: Provider[] = [
  { provide: GoalRepository, useClass: TypeOrmGoalRepository },
  SqlGoalReadModel,
  {
    provide: GoalReadModel,
    inject: [SqlGoalReadModel, Cache, Config],
    useFactory: (rows: SqlGoalReadModel, cache: Cache, config: Config) =>
      new CachedGoalReadModel(rows, cache, { goal: config.CACHE_TTL_SECONDS, list: config.LIST_CACHE_TTL_SECONDS }),
  },
  { provide: GoalSubtrees, useClass: SqlGoalSubtrees },
  { provide: GoalTree, useClass: SqlGoalTree },
  { provide: GoalLinkRepository, useClass: TypeOrmGoalLinkRepository },
  { provide: GoalLinkReadModel, useClass: SqlGoalLinkReadModel },
  { provide: ProgressReadModel, useClass: SqlProgressReadModel },
  { provide: ProgressStore, useClass: SqlProgressStore },
  { provide: AssessmentRepository, useClass: SqlAssessments },
  { provide: AssessmentReadModel, useClass: SqlAssessments },
  { provide: GoalOverview, useClass: SqlGoalOverview },
  { provide: GoalWatch, useClass: SqlGoalWatch },
  {
    provide: RollUp,
    inject: [GoalTree, ProgressStore, GoalContributors, Clock],
    useFactory: (tree: GoalTree, progress: ProgressStore, tasks: GoalContributors, clock: Clock) =>
      new RollUp(tree, progress, tasks, clock),
  },
  {
    provide: Below,
    inject: [GoalTree, GoalSubtrees, GoalDependants],
    useFactory: (tree: GoalTree, subtrees: GoalSubtrees, tasks: GoalDependants) => new Below(tree, subtrees, tasks),
  },
];

/** What tasks are to goals (ADR 0049). */
const tasksOfGoals: Provider[] = [
  { provide: GoalContributors, useClass: SqlGoalContributors },
  { provide: GoalDependants, useClass: SqlGoalDependants },
];

/** Everything the context can do, and the doors it can be asked through. */
export const goals = {
  providers: [...commands, ...queries, ...ports, ...tasksOfGoals] as Provider[],
  /** The vocabulary first: it must not be taken for a goal's id. */
  controllers: [
    GoalVocabularyController,
    GoalsController,
    GoalLinksController,
    GoalProgressController,
    GoalInsightController,
    GoalAssessmentsController,
  ] as Type[],
};
