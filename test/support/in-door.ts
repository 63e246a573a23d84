import { ClsService } from 'nestjs-cls';
import { DataSource } from 'typeorm';
import type { Actor } from '#domain/shared/actor';
import type { Scope } from '#infrastructure/context/scope';
import { UnitOfWork } from '#infrastructure/database/unit-of-work';
import { ChangeMarks } from '#infrastructure/redis/change-marks';
import type { TestApp } from './app';

/** Does something in one transaction of this actor, as the door would: commits, but not what was refused. */
export const inDoor = <T>(app: TestApp, actor: Actor, work: () => Promise<T>): Promise<T> => {
  const cls = app.nest.get<ClsService<Scope>>(ClsService);
  const unit = new UnitOfWork(actor, app.nest.get(DataSource));
  return cls.run(async () => {
    cls.set('requestId', null);
    cls.set('work', unit);
    try {
      const answer = await work();
      if (!isRefusal(answer)) await app.nest.get(ChangeMarks).commit(unit);
      return answer;
    } finally {
      await unit.rollback();
    }
  });
};

const isRefusal = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false;
