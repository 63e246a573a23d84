import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ClsService } from 'nestjs-cls';
import { Logger } from 'nestjs-pino';
import { v7 } from 'uuid';
import { BodyPipe } from '#adapters/shared/http/body.pipe';
import { Routes } from '#adapters/shared/http/routes';
import { readTraceparent } from '#adapters/shared/tracing/traceparent';
import type { Config } from '#infrastructure/config/config';
import type { Scope } from '#infrastructure/context/scope';
import {
  acceptableOnly,
  BATCH_LIMIT,
  BODY_LIMIT,
  forgetTypeOfNothing,
  readBodies,
  unpackedOnly,
} from '#infrastructure/http/bodies';
import { letOrigins } from '#infrastructure/http/cors';
import { serveDocs } from '#infrastructure/http/docs';
import { endInTime } from '#infrastructure/http/ending';
import { tellReplays } from '#infrastructure/http/idempotency.guard';
import { watch } from '#infrastructure/http/watch';
import { refuseAddress, refuseConnection } from '#infrastructure/http/unreadable';

export const PREFIX = 'api/v1';

const NOTHING_BUT_DATA = "default-src 'none'; frame-ancestors 'none'";
const LARGE_BODIES = /\/(events|enrollments)$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

const adapterOf = (config: Config): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 1000 },
    requestIdHeader: false,
    // What still arrives while the server closes is answered like anything else, with `Connection: close`.
    return503OnClosing: false,
    trustProxy: config.TRUST_PROXY_HOPS || false,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: config.REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(config.REQUEST_TIMEOUT_MS, 5000),
    },
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseConnection,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : v7();
    },
  });

/** The HTTP door: Nest on Fastify, with everything the contract asks of every route. Not listening yet. */
export const createServer = async (module: Type | object, config: Config): Promise<NestFastifyApplication> => {
  const app = await NestFactory.create<NestFastifyApplication>(module as Type, adapterOf(config), {
    bodyParser: false,
    bufferLogs: true,
  });
  app.useLogger(app.get(Logger));
  prefix(app);
  app.useGlobalPipes(new BodyPipe());
  await app.register(helmet, { contentSecurityPolicy: false });
  letOrigins(app.getHttpAdapter().getInstance(), config.CORS_ORIGINS);
  shape(app);
  endInTime(app);
  serveDocs(app);
  return app;
};

/** The contract's routes lie below `/api/v1`, operational ones do not. */
export const prefix = (app: INestApplication): void => {
  app.setGlobalPrefix(PREFIX, { exclude: ['health', 'health/live', 'health/ready', '.well-known/jwks.json'] });
};

const shape = (app: NestFastifyApplication): void => {
  const fastify = app.getHttpAdapter().getInstance();
  const routes = app.get(Routes);
  const cls = app.get<ClsService<Scope>>(ClsService);
  readBodies(fastify);
  tellReplays(fastify);
  watch(fastify);
  fastify.addHook('onRoute', (route) => {
    routes.add([route.method].flat(), route.url);
    if (LARGE_BODIES.test(route.url)) route.bodyLimit = BATCH_LIMIT;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    // Swagger UI needs scripts of its own; everything else is data.
    if (!request.url.startsWith('/docs')) void reply.header('Content-Security-Policy', NOTHING_BUT_DATA);
    acceptableOnly(request);
    unpackedOnly(request);
    forgetTypeOfNothing(request);
    done();
  });
  // Not before the body is read: the stream's callbacks would leave the scope again.
  fastify.addHook('preValidation', (request, _reply, done) => {
    cls.run(() => {
      cls.set('requestId', request.id);
      cls.set('traceparent', readTraceparent(request.headers.traceparent));
      done();
    });
  });
};

/** Starts listening and answers the address a caller can use. */
export const listen = async (app: INestApplication, port: number): Promise<string> => {
  await app.listen(port, '0.0.0.0');
  return (await app.getUrl()).replace('0.0.0.0', 'localhost').replace('[::1]', 'localhost');
};
