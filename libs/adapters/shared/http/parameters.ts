import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { missing } from '#domain/shared/errors';
import { isUuid } from '#domain/shared/text';
import { isExternalId } from '#domain/shared/text';
import type { Listing, PageRequest } from '#application/shared/listing';
import { Refused } from '#adapters/shared/http/problem';
import { readPageRequest } from '#adapters/shared/http/page-request';

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest & { user: Actor }>();

/** Who calls, as the token says. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Actor => requestOf(context).user);

/** The version named by `If-Match`; `*` and anything that is no ETag of ours is a 400, a weak one matches nothing (API, *Versions*). */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): SeenVersion => {
  const header = requestOf(context).headers['if-match'];
  if (header === undefined) return undefined;
  const [, weak, version] = /^(W\/)?"(\d{1,9})"$/.exec(header.trim()) ?? [];
  if (version === undefined) {
    throw Refused.http(400, 'if-match.malformed', 'If-Match takes the one ETag of your last read, such as "7".');
  }
  return weak ? Number.NaN : Number(version);
});

/** The page asked for, held against the listing's allow-lists. */
export const PageOf = createParamDecorator((list: Listing, context: ExecutionContext): PageRequest =>
  readPageRequest(list, requestOf(context).query as Record<string, string | string[]>),
);

/** An id in a path: what is no UUID names nothing (404), and either case is read. */
export class IdOf implements PipeTransform<string, string> {
  constructor(private readonly thing: string) {}

  transform(value: string): string {
    if (!isUuid(value)) throw new Refused(missing(this.thing));
    return value.toLowerCase();
  }
}

/** An id of the caller's own in a path: what cannot be one names nothing (404). */
export class ExternalIdOf implements PipeTransform<string, string> {
  constructor(private readonly thing: string) {}

  transform(value: string): string {
    if (!isExternalId(value)) throw new Refused(missing(this.thing));
    return value;
  }
}
