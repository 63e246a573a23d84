import { ClsService } from 'nestjs-cls';
import { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import { UnitOfWork } from '#infrastructure/database/unit-of-work';
import type { Scope } from '#infrastructure/context/scope';
import type { TestApp } from './app';

/** Has adapters of the running application do their work in one transaction of a tenant's Owner, which is committed. */
export const inDoor = <T>(app: TestApp, tenant: { id: string; userId: string }, work: () => Promise<T>): Promise<T> => {
  const cls = app.nest.get<ClsService<Scope>>(ClsService);
  const unit = new UnitOfWork(Actor.member(tenant.id, tenant.userId, 'Owner'), app.nest.get(DataSource));
  return cls.run(async () => {
    cls.set('requestId', null);
    cls.set('work', unit);
    try {
      const result = await work();
      await unit.commit();
      return result;
    } catch (failure) {
      await unit.rollback();
      throw failure;
    }
  });
};
