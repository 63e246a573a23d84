import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { Refused } from '#adapters/shared/http/problem';

export const unknownParameter = (name: string): FieldFault =>
  fault(`?${name}`, 'unknown', 'There is no such parameter here.');

/** The query parameters of a route that is no list: these names, each at most once; anything else is a 422 (API, *Lists*). */
export const QueryOf = createParamDecorator((names: readonly string[], context: ExecutionContext) => {
  const query = context.switchToHttp().getRequest<FastifyRequest>().query as Record<string, string | string[]>;
  const faults = Object.entries(query).flatMap(([name, value]) => {
    if (!names.includes(name)) return [unknownParameter(name)];
    return Array.isArray(value) ? [fault(`?${name}`, 'repeated', 'Give this parameter once.')] : [];
  });
  if (faults.length > 0) throw new Refused(invalid(faults));
  return query;
});
