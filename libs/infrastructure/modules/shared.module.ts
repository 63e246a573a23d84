import type { Provider, Type } from '@nestjs/common';
import { AuditLog } from '#application/shared/audit/audit-log';
import { ListAuditEntriesHandler } from '#application/shared/audit/list-audit-entries';
import { ListAuditEntriesOfHandler } from '#application/shared/audit/list-audit-entries-of';
import { GetSyncHandler } from '#application/shared/sync/get-sync';
import { PublishSyncBatchHandler } from '#application/shared/sync/publish-sync-batch';
import { SyncRuns } from '#application/shared/sync/sync-runs';
import { SyncSources } from '#application/shared/sync/sync-source';
import { TriggerSyncHandler } from '#application/shared/sync/trigger-sync';
import { AuditController } from '#adapters/shared/http/audit.controller';
import { SyncController } from '#adapters/shared/http/sync.controller';
import { SqlAuditLog } from '#adapters/shared/persistence/sql-audit-log';
import { SqlSyncRuns } from '#adapters/shared/persistence/sql-sync-runs';
import { SqlGoalSync } from '#adapters/goals/persistence/sql-goal-sync';
import { SqlTaskSync } from '#adapters/tasks/persistence/sql-task-sync';
import { SqlWorkflowSync } from '#adapters/workflows/persistence/sql-workflow-sync';
import { SyncPublisher } from '#infrastructure/database/sync-publisher';

const commands = [TriggerSyncHandler, PublishSyncBatchHandler];

const queries = [ListAuditEntriesHandler, ListAuditEntriesOfHandler, GetSyncHandler];

const ports: Provider[] = [
  { provide: AuditLog, useClass: SqlAuditLog },
  { provide: SyncRuns, useClass: SqlSyncRuns },
  SqlGoalSync,
  SqlTaskSync,
  SqlWorkflowSync,
  {
    provide: SyncSources,
    inject: [SqlGoalSync, SqlTaskSync, SqlWorkflowSync],
    useFactory: (goal: SqlGoalSync, task: SqlTaskSync, workflow: SqlWorkflowSync): SyncSources => {
      const sources = { goal, task, workflow };
      return { of: (kind) => sources[kind] };
    },
  },
];

/** What can be asked that belongs to no context of its own. */
export const shared = {
  providers: [...commands, ...queries, ...ports] as Provider[],
  controllers: [AuditController, SyncController] as Type[],
  workers: [SyncPublisher] as Provider[],
};
