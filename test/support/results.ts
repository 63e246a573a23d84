import type { Result } from '#domain/shared/result';

/** The value of a success; throws what was refused. */
export const expectOk = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
};
