import { RequestMethod } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import type { Params } from 'nestjs-pino';
import { stdTimeFunctions } from 'pino';
import { activeTraceparent, traceIdOf } from '#adapters/shared/tracing/traceparent';
import type { Config } from '#infrastructure/config/config';
import { VERSION } from '#infrastructure/config/version';
import type { Scope } from '#infrastructure/context/scope';

/** JSON lines with `timestamp, level, service, version, message`, and whose request it is about where there is one (API, *Configuration*). */
export const logging = ({ LOG_LEVEL }: Config): Params => ({
  // The package's own default is spelled for an older router, which warns of it.
  forRoutes: [{ path: '{*path}', method: RequestMethod.ALL }],
  pinoHttp: {
    level: LOG_LEVEL,
    messageKey: 'message',
    base: { service: 'goal_service', version: VERSION },
    timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"timestamp"'),
    formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    // The line of a request has its id from the logger already; the same key twice is no good JSON.
    mixin: (_line, _level, logger) => {
      const { requestId = null, traceparent: brought = null, caller } = scope();
      const traceparent = activeTraceparent() ?? brought;
      const isNamed = 'request_id' in logger.bindings();
      return {
        ...(requestId !== null && !isNamed && { request_id: requestId }),
        ...(traceparent !== null && { trace_id: traceIdOf(traceparent) }),
        ...(caller && { tenant_id: caller.tenantId, user_id: caller.userId }),
      };
    },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    // A token in a log is a token lost.
    redact: ['req.headers', 'res.headers'],
    autoLogging: { ignore: ({ url }) => url?.startsWith('/health') ?? false },
  },
});

const scope = (): Partial<Scope> => {
  const cls = ClsServiceManager.getClsService<Scope>();
  return cls.isActive() ? cls.get() : {};
};
