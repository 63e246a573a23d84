import { Injectable } from '@nestjs/common';
import { ClsService, type ClsStore } from 'nestjs-cls';
import type { Actor } from '#domain/shared/actor';
import { Clock, Ids, RequestContext } from '#application/shared/tools';
import { activeTraceparent } from '#adapters/shared/tracing/traceparent';
import type { UnitOfWork } from '#infrastructure/database/unit-of-work';
import { v7 } from 'uuid';

/** What the Idempotency-Key of the request in hand stands for. */
export interface IdempotentRequest {
  readonly key: string;
  /** Of route and body: the same key for something else is refused. */
  readonly hash: string;
  /** A command has been sent under it. */
  taken: boolean;
  replayed: boolean;
}

export interface Scope extends ClsStore {
  requestId: string | null;
  /** That the request brought, where it is not traced here. */
  traceparent?: string | null;
  /** Who has shown a valid token, for the log. */
  caller?: Actor;
  work?: UnitOfWork;
  idempotent?: IdempotentRequest;
}

@Injectable()
export class ScopedContext implements RequestContext {
  constructor(private readonly cls: ClsService<Scope>) {}

  get requestId(): string | null {
    return this.cls.isActive() ? this.cls.get('requestId') : null;
  }

  get traceparent(): string | null {
    return activeTraceparent() ?? (this.cls.isActive() ? this.cls.get('traceparent') : null) ?? null;
  }

  get actor(): Actor {
    const work = this.cls.isActive() ? this.cls.get('work') : undefined;
    if (!work) throw new Error('nobody has come through a door');
    return work.actor;
  }
}

@Injectable()
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }
}

@Injectable()
export class TimeOrderedIds implements Ids {
  next(): string {
    return v7();
  }
}
