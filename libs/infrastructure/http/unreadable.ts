import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { v7 } from 'uuid';
import { problem } from '#adapters/shared/http/problem';

/** Answers an address the router cannot take (a broken escape, a part that is too long), before any hook has run. */
export const refuseAddress = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  const status = error.statusCode === 414 ? 414 : 400;
  const refusal =
    status === 414
      ? { code: 'uri.too-long', message: 'A part of the address is too long.' }
      : { code: 'malformed', message: 'The address cannot be read.' };
  void reply
    .status(status)
    .header('X-Request-Id', request.id)
    .type('application/problem+json')
    .send(problem(status, refusal, request.id));
};

const UNREADABLE: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers.too-large', 'The headers are larger than 16 kB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request.timeout', 'The request did not arrive in time.'],
};

/** Answers what is no HTTP at all, and closes. */
export const refuseConnection = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, message] = UNREADABLE[error.code ?? ''] ?? [400, 'malformed', 'This is not HTTP.'];
  const id = v7();
  const body = JSON.stringify(problem(status, { code, message }, id));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nX-Request-Id: ${id}\r\n` +
      `Content-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};
