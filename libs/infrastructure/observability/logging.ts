import { RequestMethod } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import type { Params } from 'nestjs-pino';
import { stdTimeFunctions } from 'pino';
import type { Config } from '#infrastructure/config/config';
import { VERSION } from '#infrastructure/config/version';
import type { Scope } from '#infrastructure/context/scope';

/** JSON lines with `timestamp, level, service, version, message`, and the request's id where there is one (API, *Configuration*). */
export const logging = ({ LOG_LEVEL }: Config): Params => ({
  // The package's own default is spelled for an older router, which warns of it.
  forRoutes: [{ path: '{*path}', method: RequestMethod.ALL }],
  pinoHttp: {
    level: LOG_LEVEL,
    messageKey: 'message',
    base: { service: 'goal_service', version: VERSION },
    timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"timestamp"'),
    formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    mixin: () => {
      const cls = ClsServiceManager.getClsService<Scope>();
      const requestId = cls.isActive() ? cls.get('requestId') : null;
      return requestId === null ? {} : { request_id: requestId };
    },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    // A token in a log is a token lost.
    redact: ['req.headers', 'res.headers'],
    autoLogging: { ignore: ({ url }) => url?.startsWith('/health') ?? false },
  },
});
