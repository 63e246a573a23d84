import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OtherStatus } from '#adapters/shared/http/answer.interceptor';
import { problem, Refused } from '#adapters/shared/http/problem';
import { blameOf } from '#adapters/shared/persistence/blame';

const UNAVAILABLE = {
  code: 'unavailable',
  message: 'The service cannot answer right now. Try again in a few seconds.',
};

/** What Fastify and Nest refuse by themselves, in our words; anything else is a fault of ours and tells nothing. */
const KNOWN: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: 'malformed', message: 'The request cannot be read: it must be well-formed HTTP with well-formed JSON.' },
  401: { code: 'unauthenticated', message: 'Send a valid access token: Authorization: Bearer <token>.' },
  403: { code: 'forbidden', message: 'You may not do this.' },
  404: { code: 'route.not-found', message: 'There is no such route. GET /docs lists all of them.' },
  413: { code: 'body.too-large', message: 'The body is larger than this route takes.' },
  414: { code: 'uri.too-long', message: 'The address is too long.' },
  415: { code: 'media-type.unsupported', message: 'Send JSON: Content-Type: application/json.' },
  503: UNAVAILABLE,
};

/** Turns everything that is thrown on the way of a request into `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (thrown instanceof OtherStatus) {
      void reply.status(thrown.status).headers(thrown.headers).send(thrown.body);
      return;
    }
    const refused = thrown instanceof Refused ? thrown : this.translate(thrown);
    void reply
      .status(refused.status)
      .headers(refused.headers)
      .type('application/problem+json')
      .send(problem(refused.status, refused.error, http.getRequest<FastifyRequest>().id));
  }

  private translate(thrown: unknown): Refused {
    const status = statusOf(thrown);
    const known = KNOWN[status];
    if (known)
      return new Refused(known, { status, ...(status === 401 && { headers: { 'WWW-Authenticate': 'Bearer' } }) });
    if (blameOf(thrown) === 'world') return new Refused({ kind: 'unavailable', ...UNAVAILABLE });
    this.log.error(thrown);
    return Refused.http(500, 'internal', 'Something broke on our side. Quote the instance when you report it.');
  }
}

const statusOf = (thrown: unknown): number => {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = thrown as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 0;
};
