import { types } from 'node:util';

/** Whose fault a failure is: the `world`'s (try again), the `input`'s (drop it), or `ours` (stop and mend it). */
export type Blame = 'world' | 'input' | 'ours';

const WORLD = /^(08|40|53|57|25006|55P03)/;
const INPUT = /^(22|54)/;
const NETWORK = /^(E[A-Z]+|DB_POOL_TIMEOUT)$/;
const LOST =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|client has encountered a connection error|Connection is closed|read timeout/i;

const LOCK_TIMEOUT = '55P03';

/** Somebody else holds a row for longer than this transaction wants to wait. */
export const isLockTimeout = (failure: unknown): boolean => codesOf(failure).includes(LOCK_TIMEOUT);

/** The row's tenant is not here (any more): the caller's token names one that is unknown. */
export const isUnknownTenant = (failure: unknown): boolean =>
  chain(failure).some((error) => {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown };
    return code === '23503' && typeof constraint === 'string' && constraint.endsWith('_tenant_id_fkey');
  });

/** Judges by SQLSTATE, or by how a connection died (RELIABILITY, *Streams in*). Follows `driverError` and `cause`. */
export const blameOf = (failure: unknown): Blame => {
  const codes = codesOf(failure);
  if (codes.some((code) => WORLD.test(code) || NETWORK.test(code))) return 'world';
  if (codes.some((code) => INPUT.test(code))) return 'input';
  return chain(failure).some(({ message }) => LOST.test(message)) ? 'world' : 'ours';
};

const codesOf = (failure: unknown): string[] =>
  chain(failure).flatMap((error) => {
    const { code } = error as { code?: unknown };
    return typeof code === 'string' ? [code] : [];
  });

/** The failure and what caused it. */
const chain = (failure: unknown): Error[] => {
  const errors: Error[] = [];
  for (let at = failure; types.isNativeError(at); at = inner(at)) errors.push(at);
  return errors;
};

const inner = (error: Error): unknown => (error as { driverError?: unknown }).driverError ?? error.cause;
