import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { invalid } from '#domain/shared/errors';
import { OPERATION } from '#adapters/shared/http/operation';
import { Refused } from '#adapters/shared/http/problem';
import { unknownParameter } from '#adapters/shared/http/query-parameters';

/** Where `ApiQuery` keeps what it is told. */
const DOCUMENTED = 'swagger/apiParameters';

/**
 * A route that documents no query parameter takes none: what is meant for another one (`?on_children=leave`) must not be passed
 * over in silence. Those that do read them themselves (`PageOf`, `QueryOf`).
 */
@Injectable()
export class QueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): true {
    if (context.getType() !== 'http' || !this.reflector.get<unknown>(OPERATION, context.getHandler())) return true;
    const names = Object.keys(context.switchToHttp().getRequest<FastifyRequest>().query as object);
    if (names.length === 0 || this.readsQuery(context)) return true;
    throw new Refused(invalid(names.map(unknownParameter)));
  }

  private readsQuery(context: ExecutionContext): boolean {
    const documented = this.reflector.get<readonly { readonly in?: string }[] | undefined>(
      DOCUMENTED,
      context.getHandler(),
    );
    return documented?.some((parameter) => parameter.in === 'query') ?? false;
  }
}
