/** Whose fault a failure is: the `world`'s (try again), the `input`'s (drop it), or `ours` (stop and mend it). */
export type Blame = 'world' | 'input' | 'ours';

const WORLD = /^(08|40|53|57|25006|55P03)/;
const INPUT = /^(22|54)/;
const NETWORK = /^(E[A-Z]+|DB_POOL_TIMEOUT)$/;
const LOST = /connection terminated|timeout exceeded when trying to connect|connection timeout|client has encountered a connection error|Connection is closed|read timeout/i;

/** Judges by SQLSTATE, or by how a connection died (RELIABILITY, *Streams in*). Follows `driverError` and `cause`. */
export const blameOf = (failure: unknown): Blame => {
  for (let at = failure; at instanceof Error; at = inner(at)) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') {
      if (WORLD.test(code) || NETWORK.test(code)) return 'world';
      if (INPUT.test(code)) return 'input';
    }
    if (LOST.test(at.message)) return 'world';
  }
  return 'ours';
};

const inner = (error: Error): unknown => (error as { driverError?: unknown }).driverError ?? error.cause;
