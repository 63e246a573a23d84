import type { Provider, Type } from '@nestjs/common';
import { Members } from '#application/identity/contract';
import { SqlMembers } from '#adapters/identity/persistence/sql-members';

const ports: Provider[] = [{ provide: Members, useClass: SqlMembers }];

/** What other contexts may know of a tenant's people. */
export const identity = {
  providers: [...ports] as Provider[],
  controllers: [] as Type[],
};
