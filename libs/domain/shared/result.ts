import { invalid, type DomainError, type FieldFault } from '#domain/shared/errors';

/** What a step that a caller can make fail answers: a value, or the reason why not. Never both, never an exception. */
export type Result<T, E = DomainError> = Ok<T> | Err<E>;

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Err<E = DomainError> {
  readonly ok: false;
  readonly error: E;
}

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });

export const err = <E>(error: E): Err<E> => ({ ok: false, error });

/** The success that carries nothing. */
export const done: Ok<void> = { ok: true, value: undefined };

export const map = <T, U, E>(result: Result<T, E>, change: (value: T) => U): Result<U, E> =>
  result.ok ? ok(change(result.value)) : result;

export const andThen = <T, U, E>(result: Result<T, E>, next: (value: T) => Result<U, E>): Result<U, E> =>
  result.ok ? next(result.value) : result;

export const match = <T, E, A, B>(result: Result<T, E>, onOk: (value: T) => A, onErr: (error: E) => B): A | B =>
  result.ok ? onOk(result.value) : onErr(result.error);

/** The faulty fields of a failed step, to be gathered with those of others; none when it succeeded. */
export const faultsOf = (result: Result<unknown>): readonly FieldFault[] =>
  result.ok ? [] : (result.error.fields ?? []);

/** A step that failed, with the faulty fields of another beside its own: whoever asks learns of all of them at once. */
export const withFaultsOf = (failed: Err, other: Result<unknown>): Err => {
  const [own, others] = [faultsOf(failed), faultsOf(other)];
  return own.length > 0 && others.length > 0 ? err(invalid([...own, ...others])) : failed;
};
