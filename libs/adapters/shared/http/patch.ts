type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members a merge patch names; one left out stays as it is, `null` clears. */
export const given = <T extends object>(patch: T): Given<T> =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Given<T>;
