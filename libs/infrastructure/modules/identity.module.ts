import type { Provider, Type } from '@nestjs/common';
import { Members } from '#application/identity/contract';
import { SqlMembers } from '#adapters/identity/persistence/sql-members';

const ports: Provider[] = [{ provide: Members, useClass: SqlMembers }];

/** Everything the context can do, and the doors it can be asked through. */
export const identity = {
  providers: [...ports] as Provider[],
  controllers: [] as Type[],
};
