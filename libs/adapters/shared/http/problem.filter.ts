import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OtherStatus } from '#adapters/shared/http/answer.interceptor';
import { problem, Refused } from '#adapters/shared/http/problem';
import { Routes } from '#adapters/shared/http/routes';
import { blameOf, isUnknownTenant } from '#adapters/shared/persistence/blame';

const UNAVAILABLE = {
  code: 'unavailable',
  message: 'The service cannot answer right now. Try again in a few seconds.',
};

/** What Fastify and Nest refuse by themselves, in our words; anything else is a fault of ours and tells nothing. */
const KNOWN: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: 'malformed', message: 'The request cannot be read: it must be well-formed HTTP with well-formed JSON.' },
  401: { code: 'unauthenticated', message: 'Send a valid access token: Authorization: Bearer <token>.' },
  403: { code: 'forbidden', message: 'You may not do this.' },
  413: { code: 'body.too-large', message: 'The body is larger than this route takes.' },
  414: { code: 'uri.too-long', message: 'The address is too long.' },
  415: { code: 'media-type.unsupported', message: 'Send JSON: Content-Type: application/json.' },
  503: UNAVAILABLE,
};

/** Turns everything that is thrown on the way of a request into `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger(ProblemFilter.name);

  constructor(private readonly routes: Routes) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (thrown instanceof OtherStatus) {
      void reply.status(thrown.status).send(thrown.body);
      return;
    }
    const refused = thrown instanceof Refused ? thrown : this.translate(thrown, request.url);
    void reply
      .status(refused.status)
      .headers(refused.headers)
      .type('application/problem+json')
      .send(problem(refused.status, refused.error, request.id));
  }

  private translate(thrown: unknown, url: string): Refused {
    const status = isUnknownTenant(thrown) ? 401 : statusOf(thrown);
    if (status === 404) return this.noRoute(url);
    const known = KNOWN[status];
    if (known)
      return new Refused(known, { status, ...(status === 401 && { headers: { 'WWW-Authenticate': 'Bearer' } }) });
    if (blameOf(thrown) === 'world') return new Refused({ kind: 'unavailable', ...UNAVAILABLE });
    this.log.error(thrown);
    return Refused.http(500, 'internal', 'Something broke on our side. Quote the instance when you report it.');
  }

  /** Nest says 404 too where only the method is wrong. */
  private noRoute(url: string): Refused {
    const allowed = this.routes.methodsOf(url);
    if (allowed.length === 0)
      return Refused.http(404, 'route.not-found', 'There is no such route. GET /docs lists all of them.');
    const Allow = allowed.join(', ');
    return Refused.http(405, 'method-not-allowed', `This address takes ${Allow}.`, { Allow });
  }
}

const statusOf = (thrown: unknown): number => {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = thrown as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 0;
};
