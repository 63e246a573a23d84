import { Writable } from 'node:stream';
import { ClsServiceManager } from 'nestjs-cls';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { Actor } from '#domain/shared/actor';
import { readConfig } from '#infrastructure/config/config';
import type { Scope } from '#infrastructure/context/scope';
import { logging } from '#infrastructure/observability/logging';

const TENANT = '01a1fd01-0000-7000-8000-000000000001';
const USER = '01a1fd01-0000-7000-8000-000000000002';
const config = readConfig({ DATABASE_URL: 'postgres://none', REDIS_URL: 'redis://none', SECRET_KEY: 'none' });

/** The one line that is written while a request of this scope is served. */
const lineOf = (scope: Scope, write: (logger: Logger) => void): string => {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const logger = pino(logging(config).pinoHttp as LoggerOptions, sink);
  ClsServiceManager.getClsService<Scope>().runWith(scope, () => {
    write(logger);
  });
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
};

describe('A line of the log', () => {
  const caller = Actor.member(TENANT, USER, 'Viewer');

  it('has the keys that all lines have, and says which request and whose it is about', () => {
    const line = lineOf({ requestId: 'r-1', caller }, (logger) => {
      logger.info('hello');
    });
    const { timestamp, ...others } = JSON.parse(line) as Record<string, unknown>;
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(others).toEqual({
      level: 'INFO',
      service: 'goal_service',
      version: expect.any(String) as string,
      message: 'hello',
      request_id: 'r-1',
      tenant_id: TENANT,
      user_id: USER,
    });
  });

  it('names a request once, also where its logger has named it already', () => {
    const line = lineOf({ requestId: 'r-1' }, (logger) => {
      logger.child({ request_id: 'r-1' }).info('request completed');
    });
    expect(line.split('"request_id"')).toHaveLength(2);
  });

  it('names the trace that a request brought', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const line = lineOf({ requestId: 'r-1', traceparent }, (logger) => {
      logger.info('hello');
    });
    expect(JSON.parse(line)).toMatchObject({ request_id: 'r-1', trace_id: '0af7651916cd43dd8448eb211c80319c' });
  });

  it('tells nothing of headers, where tokens are', () => {
    const line = lineOf({ requestId: null }, (logger) => {
      logger.info({ req: { headers: { authorization: 'Bearer secret' } } }, 'request completed');
    });
    expect(line).not.toContain('secret');
  });
});
