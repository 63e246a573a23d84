import { Injectable } from '@nestjs/common';
import { Command, CommandBus, Query, QueryBus } from '@nestjs/cqrs';
import { ClsService } from 'nestjs-cls';
import { DataSource } from 'typeorm';
import type { Result } from '#domain/shared/result';
import { Histogram } from 'prom-client';
import { Door, type Request } from '#application/shared/door';
import { inSpan } from '#adapters/shared/tracing/spans';
import type { Scope } from '#infrastructure/context/scope';
import { IdempotentAnswers } from '#infrastructure/database/idempotent-answers';
import { Turns } from '#infrastructure/limits/turns';
import { UnitOfWork } from '#infrastructure/database/unit-of-work';
import { ChangeMarks } from '#infrastructure/redis/change-marks';

const duration = new Histogram({
  name: 'handler_duration_seconds',
  help: 'How long each command and query took, statements included and the commit not.',
  labelNames: ['handler'],
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

@Injectable()
export class TransactionalDoor implements Door {
  constructor(
    private readonly cls: ClsService<Scope>,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly source: DataSource,
    private readonly answers: IdempotentAnswers,
    private readonly marks: ChangeMarks,
    private readonly turns: Turns,
  ) {}

  async send<T>(request: Request<T>): Promise<Result<T>> {
    const outer = this.cls.isActive() ? this.cls.get('work') : undefined;
    if (!outer) return this.cls.run({ ifNested: 'inherit' }, () => this.enter(request));
    outer.onlyReads &&= request instanceof Query;
    const result = await this.dispatch(request);
    if (!result.ok) outer.refused = true;
    return result;
  }

  private async enter<T>(request: Request<T>): Promise<Result<T>> {
    const work = new UnitOfWork(request.actor, this.source, this.turns);
    work.onlyReads = request instanceof Query;
    if (!this.cls.has('requestId')) this.cls.set('requestId', null);
    this.cls.set('work', work);
    const idempotent = request instanceof Command ? this.cls.get('idempotent') : undefined;
    try {
      const result = idempotent
        ? await this.answers.once(work, idempotent, () => this.dispatch(request))
        : await this.dispatch(request);
      if (work.refused && result.ok) throw new Error('a refused part of the work was overlooked');
      if (result.ok || idempotent) await this.marks.commit(work);
      else await this.marks.rollback(work);
      return result;
    } catch (failure) {
      await this.marks.rollback(work).catch(() => undefined);
      throw failure;
    } finally {
      this.cls.set('work', undefined);
    }
  }

  private async dispatch<T>(request: Request<T>): Promise<Result<T>> {
    const { name } = request.constructor;
    const stop = duration.startTimer({ handler: name });
    try {
      return await inSpan(name, () =>
        request instanceof Command
          ? this.commands.execute(request as Command<Result<T>>)
          : this.queries.execute(request as Query<Result<T>>),
      );
    } finally {
      stop();
    }
  }
}
