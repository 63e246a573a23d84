import type { Actor } from '#domain/shared/actor';
import { fault, type FieldFault } from '#domain/shared/errors';
import { PERMISSIONS } from '#domain/shared/permissions';

/** What is wrong with the scopes of a new key: each is a permission, named once, and one that the maker has themselves. */
export const scopeFaults = (scopes: readonly string[], maker: Actor): FieldFault[] =>
  scopes.flatMap((scope, n) => {
    const pointer = `/scopes/${String(n)}`;
    const known = PERMISSIONS.find((permission) => permission === scope);
    if (!known) return [fault(pointer, 'unknown', `There is no permission ${scope}.`)];
    if (scopes.indexOf(scope) < n) return [fault(pointer, 'twice', `${scope} stands here already.`)];
    return maker.may(known) ? [] : [fault(pointer, 'not-yours', `You do not have ${scope} yourself.`)];
  });
