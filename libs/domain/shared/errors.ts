/**
 * Why something was refused. One file outside the domain turns `kind` into an HTTP status:
 * invalid 422, forbidden 403, missing 404, conflict 409, stale 412, unversioned 428, limited 429, unavailable 503.
 */
export type ErrorKind =
  'invalid' | 'forbidden' | 'missing' | 'conflict' | 'stale' | 'unversioned' | 'limited' | 'unavailable';

/** One faulty field: where (JSON pointer into what was sent), what (`code`), and in words. */
export interface FieldFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** A refusal in the words of the business. `code` is stable (`workflow.not-found`); `details` are further members of the answer. */
export interface DomainError {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly fields?: readonly FieldFault[];
  readonly details?: Readonly<Record<string, unknown>>;
}

export const fault = (pointer: string, code: string, detail: string): FieldFault => ({ pointer, code, detail });

/** The fault of a time that must have come already, as an import or a report gives it. */
export const notInFuture = (time: Date, now: Date, pointer: string): FieldFault[] =>
  time > now ? [fault(pointer, 'in-the-future', 'This time must not lie in the future.')] : [];

/** Input that is wrong, with every faulty field at once. */
export const invalid = (
  fields: readonly FieldFault[],
  message = 'The input has faults; each is named in `errors`.',
): DomainError => ({ kind: 'invalid', code: 'validation-failed', message, fields });

export const forbidden = (permission: string): DomainError => ({
  kind: 'forbidden',
  code: 'forbidden',
  message: `This needs the permission ${permission}.`,
});

/** `missing('workflow')` has code `workflow.not-found`. Says the same for unknown and for foreign ids (SPEC 7). */
export const missing = (thing: string): DomainError => ({
  kind: 'missing',
  code: `${thing}.not-found`,
  message: `There is no such ${thing.replaceAll('_', ' ')}.`,
});

export const conflict = (code: string, message: string, details?: Readonly<Record<string, unknown>>): DomainError => ({
  kind: 'conflict',
  code,
  message,
  ...(details && { details }),
});
