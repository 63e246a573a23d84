import { STATUS_CODES } from 'node:http';
import type { DomainError, ErrorKind, FieldFault } from '#domain/shared/errors';
import { isUuid } from '#domain/shared/text';
import { view, type Shown } from '#application/shared/view';

/** The one place where a refusal becomes an HTTP status. */
export const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  stale: 412,
  unversioned: 428,
  limited: 429,
  unavailable: 503,
};

/** When to ask again whoever could not answer just now, in seconds. */
export const COME_AGAIN = { 'Retry-After': '5' } as const;

export const fieldFaultView = view('FieldFault', { pointer: 'text', code: 'text', detail: 'text' });

/** The shape of every error answer, `application/problem+json` (RFC 9457). Some carry further members. */
export const problemView = view('Problem', {
  type: 'text',
  title: 'text',
  status: 'integer',
  detail: 'text',
  instance: 'text',
  code: 'text',
  errors: { listOf: fieldFaultView },
});
export type Problem = Shown<typeof problemView>;

/** A refusal on its way to the caller; thrown by what stands between a controller and the wire, never by handlers. */
export class Refused extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly error: Omit<DomainError, 'kind'> & { readonly kind?: ErrorKind },
    answer: { status?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(error.message);
    this.status = answer.status ?? STATUS_OF[error.kind ?? 'unavailable'];
    this.headers = answer.headers ?? (this.status === 503 ? COME_AGAIN : {});
  }

  /** A refusal that only HTTP knows (400, 401, 405, 406, 413, 415). */
  static http(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): Refused {
    return new Refused({ code, message }, { status, headers });
  }
}

/** The answer's body. `instance` names the request, so that a caller can quote it. */
export const problem = (
  status: number,
  error: {
    readonly code: string;
    readonly message: string;
    readonly fields?: readonly FieldFault[];
    readonly details?: Readonly<Record<string, unknown>>;
  },
  requestId: string,
): Problem => ({
  ...error.details,
  type: `urn:problem:${error.code}`,
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail: error.message,
  instance: isUuid(requestId) ? `urn:uuid:${requestId}` : requestId,
  code: error.code,
  errors: error.fields ?? [],
});
