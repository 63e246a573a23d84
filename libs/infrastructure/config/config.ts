import { readEventKeys } from '#adapters/workflows/messaging/signatures';

/** One setting: how it is read, its default, and what it does. The table in the README and `.env.example` come from here. */
export interface Setting<T> {
  readonly read: (text: string) => T | undefined;
  readonly fallback?: string;
  readonly means: string;
  /** What a right value looks like; said when it is wrong. */
  readonly form: string;
}

const text = (means: string, fallback?: string): Setting<string> => ({
  read: (value) => value,
  means,
  form: 'text',
  ...(fallback !== undefined && { fallback }),
});

const whole = (means: string, fallback: number, least = 1, most = 2 ** 31 - 1): Setting<number> => ({
  read: (value) => (/^\d+$/.test(value) && +value >= least && +value <= most ? Number(value) : undefined),
  fallback: String(fallback),
  means,
  form: `a whole number from ${String(least)} to ${String(most)}`,
});

const oneOf = <const T extends string>(means: string, values: readonly T[], fallback: T): Setting<T> => ({
  read: (value) => values.find((known) => known === value),
  fallback,
  means,
  form: values.join(' | '),
});

const isUrl = (value: string, schemes: readonly string[]): boolean =>
  schemes.some((scheme) => value.startsWith(`${scheme}://`)) && URL.canParse(value);

const url = (means: string, schemes: readonly string[]): Setting<string> => ({
  read: (value) => (isUrl(value, schemes) ? value : undefined),
  fallback: '',
  means,
  form: schemes.map((scheme) => `${scheme}://…`).join(' or '),
});

const urls = (means: string, schemes: readonly string[]): Setting<string> => ({
  ...url(means, schemes),
  read: (value) => (value.split(',').every((one) => isUrl(one.trim(), schemes)) ? value : undefined),
});

/** Every setting of the service, by its name in the environment. */
export const SETTINGS = {
  NODE_ENV: oneOf('Mode. `production` refuses weak secrets.', ['production', 'development', 'test'], 'development'),
  PORT: whole('Port of the API.', 3000, 0, 65535),
  METRICS_PORT: whole('Port of `/metrics` (and of the worker’s `/health*`).', 9464, 0, 65535),
  DATABASE_URL: url('PostgreSQL as the application role. TLS by `?sslmode=verify-full`.', ['postgres', 'postgresql']),
  DB_HOST: text('Host of PostgreSQL. With the next four, instead of DATABASE_URL.', ''),
  DB_PORT: whole('Its port.', 5432, 1, 65535),
  DB_NAME: text('Name of the database.', 'goal_service'),
  DB_USER: text('The application role.', ''),
  DB_PASSWORD: text('Its password.', ''),
  DATABASE_MIGRATION_URL: url('PostgreSQL as the owner of the tables; only migrations use it.', [
    'postgres',
    'postgresql',
  ]),
  DB_POOL_SIZE: whole('Most connections to PostgreSQL of one process.', 10, 2, 1000),
  REDIS_URL: url('Redis. TLS by `rediss://`.', ['redis', 'rediss']),
  SECRET_KEY: text('Signs access tokens (HS256). At least 32 bytes in production.', ''),
  JWT_ISSUER: text('`iss` of access tokens.', 'goal-service'),
  JWT_AUDIENCE: text('`aud` of access tokens.', 'goal-service'),
  JWT_PRIVATE_KEY: text(
    'Signs access tokens instead of SECRET_KEY: Ed25519 (EdDSA) or P-256 (ES256), as PEM; `/.well-known/jwks.json` has the public half.',
    '',
  ),
  JWT_PREVIOUS_PUBLIC_KEYS: text('Public keys of before, as PEM one after another: still taken, and published.', ''),
  JWT_JWKS: text('Keys of another issuer whose tokens are taken: a file, or an address (`https://…`).', ''),
  JWT_JWKS_ISSUER: text('`iss` of its tokens.', ''),
  JWT_JWKS_AUDIENCE: text('`aud` of its tokens. Empty: JWT_AUDIENCE.', ''),
  ACCESS_TOKEN_TTL_SECONDS: whole('How long an access token is good.', 1800, 60, 86_400),
  REFRESH_TOKEN_TTL_SECONDS: whole('How long a login lasts, however often it is refreshed.', 604_800, 60),
  PASSWORD_MIN_LENGTH: whole('Fewest characters of a password that somebody chooses.', 12, 8, 128),
  LOG_LEVEL: oneOf('What is logged.', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    'Where traces go: OTLP over HTTP as JSON, to `/v1/traces` below it. Empty: nothing is traced.',
    ['http', 'https'],
  ),
  EVENT_SHARDS: whole('Number of streams `goal-service:events:in:<n>` events arrive on.', 1, 1, 1024),
  EVENT_REDIS_CLUSTER: urls(
    'Nodes of a Redis Cluster that these streams lie on, `redis://host:port` with commas between; user, password and TLS as the first one says. Empty: they lie at REDIS_URL.',
    ['redis', 'rediss'],
  ),
  EVENT_BATCH_SIZE: whole('Most events that one transaction judges.', 2000, 1, 10_000),
  EVENT_PROCESSING_TIMEOUT_MS: whole(
    'Longest a batch may take in the database, and the longest a caller waits for it.',
    5000,
    100,
  ),
  STREAM_REPLAY_SECONDS: whole('How long handled events stay in the streams.', 600, 0),
  LISTENER_TTL_SECONDS: whole('Life of a listener in the registry unless renewed.', 86_400, 60),
  LISTENER_CLEANUP_INTERVAL_SECONDS: whole('How often the registry of listeners is swept.', 3600, 1),
  CACHE_TTL_SECONDS: whole('How long a single thing is cached; 0: not at all.', 3600, 0, 86_400),
  LIST_CACHE_TTL_SECONDS: whole('How long a list is cached; 0: not at all.', 1800, 0, 86_400),
  STATS_CACHE_TTL_SECONDS: whole('How long statistics are cached; 0: not at all.', 300, 0, 86_400),
  WORKFLOW_MAX_GOALS: whole('Most goals of one workflow, inactive ones included.', 3, 1, 100),
  RETENTION_DELETED_DAYS: whole('After how long what was deleted is gone for good.', 90, 1),
  RETENTION_ENDED_DAYS: whole(
    'After how long an enrollment that ended is gone, with what it achieved, and a notification.',
    730,
    1,
  ),
  OUTBOX_RETENTION_DAYS: whole('How far back outgoing events are sent again after Redis lost them.', 7, 1),
  SMTP_URL: url('Mail server, `smtp://user:password@host:port`; TLS by `smtps://`. Empty: no mail is sent.', [
    'smtp',
    'smtps',
  ]),
  MAIL_FROM: text('Sender of mails.', 'Goal Service <goal-service@localhost>'),
  BREAKER_FAILURES: whole('How many failures in a row of a service outside end the asking.', 5),
  BREAKER_RESET_MS: whole('After how long it is asked once again.', 30_000),
  EVENT_SIGNING_KEYS: text(
    'Keys that producers sign messages on Redis with: `key_id:secret:tenant_id`, or `*` for all tenants; commas between. Empty: unsigned ones are taken.',
    '',
  ),
  RATE_LIMIT: whole('Requests a minute of one member or key; 0: no limit, as for the next four.', 6000, 0),
  RATE_LIMIT_EVENTS: whole('The same of `POST /events`.', 60_000, 0),
  RATE_LIMIT_ANALYTICS: whole('The same of statistics, analyses and realization maps.', 600, 0),
  RATE_LIMIT_AUTH: whole(
    'Requests a minute from one network address to public routes, and with tokens that are not good.',
    60,
    0,
  ),
  RATE_LIMIT_LOGIN: whole(
    'Logins a minute to one account from one network address; from all of them ten times as many.',
    10,
    0,
  ),
  TRUST_PROXY_HOPS: whole(
    'How many proxies stand before the service: so many entries of `X-Forwarded-For` are believed.',
    0,
    0,
    10,
  ),
  CORS_ORIGINS: text('Origins whose pages may ask, with a comma between (`https://app.example.com`). Empty: none.', ''),
  REQUEST_TIMEOUT_MS: whole('Longest a request may take to arrive.', 30_000, 100),
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

type Values = { readonly [K in SettingName]: NonNullable<ReturnType<(typeof SETTINGS)[K]['read']>> };

/** The settings as read from the environment. Times and sizes are in the unit their name says. */
export abstract class Config implements Values {
  declare readonly NODE_ENV: Values['NODE_ENV'];
  declare readonly PORT: number;
  declare readonly METRICS_PORT: number;
  declare readonly DATABASE_URL: string;
  declare readonly DB_HOST: string;
  declare readonly DB_PORT: number;
  declare readonly DB_NAME: string;
  declare readonly DB_USER: string;
  declare readonly DB_PASSWORD: string;
  declare readonly DATABASE_MIGRATION_URL: string;
  declare readonly DB_POOL_SIZE: number;
  declare readonly REDIS_URL: string;
  declare readonly SECRET_KEY: string;
  declare readonly JWT_ISSUER: string;
  declare readonly JWT_AUDIENCE: string;
  declare readonly JWT_PRIVATE_KEY: string;
  declare readonly JWT_PREVIOUS_PUBLIC_KEYS: string;
  declare readonly JWT_JWKS: string;
  declare readonly JWT_JWKS_ISSUER: string;
  declare readonly JWT_JWKS_AUDIENCE: string;
  declare readonly ACCESS_TOKEN_TTL_SECONDS: number;
  declare readonly REFRESH_TOKEN_TTL_SECONDS: number;
  declare readonly PASSWORD_MIN_LENGTH: number;
  declare readonly LOG_LEVEL: Values['LOG_LEVEL'];
  declare readonly OTEL_EXPORTER_OTLP_ENDPOINT: string;
  declare readonly EVENT_SHARDS: number;
  declare readonly EVENT_REDIS_CLUSTER: string;
  declare readonly EVENT_BATCH_SIZE: number;
  declare readonly EVENT_PROCESSING_TIMEOUT_MS: number;
  declare readonly STREAM_REPLAY_SECONDS: number;
  declare readonly LISTENER_TTL_SECONDS: number;
  declare readonly LISTENER_CLEANUP_INTERVAL_SECONDS: number;
  declare readonly CACHE_TTL_SECONDS: number;
  declare readonly LIST_CACHE_TTL_SECONDS: number;
  declare readonly STATS_CACHE_TTL_SECONDS: number;
  declare readonly WORKFLOW_MAX_GOALS: number;
  declare readonly RETENTION_DELETED_DAYS: number;
  declare readonly RETENTION_ENDED_DAYS: number;
  declare readonly OUTBOX_RETENTION_DAYS: number;
  declare readonly SMTP_URL: string;
  declare readonly MAIL_FROM: string;
  declare readonly BREAKER_FAILURES: number;
  declare readonly BREAKER_RESET_MS: number;
  declare readonly EVENT_SIGNING_KEYS: string;
  declare readonly RATE_LIMIT: number;
  declare readonly RATE_LIMIT_EVENTS: number;
  declare readonly RATE_LIMIT_ANALYTICS: number;
  declare readonly RATE_LIMIT_AUTH: number;
  declare readonly RATE_LIMIT_LOGIN: number;
  declare readonly TRUST_PROXY_HOPS: number;
  declare readonly CORS_ORIGINS: string;
  declare readonly REQUEST_TIMEOUT_MS: number;
}

/** Reads the environment; throws once, naming every fault. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { read, fallback, form }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = env[name] === undefined || env[name] === '' ? fallback : env[name];
    const value = given === '' ? '' : read(given ?? '');
    if (value === undefined) faults.push(`${name} must be ${form}`);
    values[name] = value;
  }
  const config = values as unknown as Values;
  faults.push(...togetherFaults(config));
  if (faults.length > 0)
    throw new Error(`The configuration has faults:\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  return { ...config, DATABASE_URL: config.DATABASE_URL || urlOf(config) };
};

const togetherFaults = (config: Values): string[] => [
  ...(config.DATABASE_URL || (config.DB_HOST && config.DB_USER)
    ? []
    : ['DATABASE_URL (or DB_HOST and DB_USER) must say where PostgreSQL is']),
  ...(config.JWT_JWKS === '' || (config.JWT_JWKS_ISSUER && config.JWT_JWKS_ISSUER !== config.JWT_ISSUER)
    ? []
    : ['JWT_JWKS_ISSUER must say whose tokens JWT_JWKS verifies, and not be JWT_ISSUER']),
  ...(readEventKeys(config.EVENT_SIGNING_KEYS)
    ? []
    : ['EVENT_SIGNING_KEYS must be key_id:secret:tenant_id or key_id:secret:*, with secrets of 16 characters or more']),
  ...(config.REDIS_URL ? [] : ['REDIS_URL must say where Redis is']),
  ...(Buffer.byteLength(config.SECRET_KEY) >= (config.NODE_ENV === 'production' ? 32 : 1)
    ? []
    : ['SECRET_KEY must be set, with at least 32 bytes in production (openssl rand -base64 48)']),
];

const urlOf = ({ DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD }: Values): string =>
  `postgres://${encodeURIComponent(DB_USER)}:${encodeURIComponent(DB_PASSWORD)}@${DB_HOST}:${String(DB_PORT)}/${encodeURIComponent(DB_NAME)}`;
