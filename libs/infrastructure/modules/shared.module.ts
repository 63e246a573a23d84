import type { Provider, Type } from '@nestjs/common';
import { AuditLog } from '#application/shared/audit/audit-log';
import { ListAuditEntriesHandler } from '#application/shared/audit/list-audit-entries';
import { ListAuditEntriesOfHandler } from '#application/shared/audit/list-audit-entries-of';
import { AuditController } from '#adapters/shared/http/audit.controller';
import { SqlAuditLog } from '#adapters/shared/persistence/sql-audit-log';

const queries = [ListAuditEntriesHandler, ListAuditEntriesOfHandler];

const ports: Provider[] = [{ provide: AuditLog, useClass: SqlAuditLog }];

/** What can be asked that belongs to no context of its own. */
export const shared = {
  providers: [...queries, ...ports] as Provider[],
  controllers: [AuditController] as Type[],
};
