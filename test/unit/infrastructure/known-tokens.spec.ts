import { Actor } from '#domain/shared/actor';
import { KnownTokens } from '#infrastructure/auth/known-tokens';

const NOW = 1_000_000;
const actor = Actor.system(['a tenant']);

describe('A token that was checked', () => {
  it('is known for a minute, and not longer', () => {
    const tokens = new KnownTokens();
    tokens.keep('token', actor, NOW + 3_600_000, NOW);
    expect(tokens.actorOf('token', NOW + 59_999)).toBe(actor);
    expect(tokens.actorOf('token', NOW + 60_000)).toBeUndefined();
    expect(tokens.actorOf('token', NOW)).toBeUndefined();
  });

  it('is not known beyond its own end', () => {
    const tokens = new KnownTokens();
    tokens.keep('token', actor, NOW + 500, NOW);
    expect([tokens.actorOf('token', NOW + 499), tokens.actorOf('token', NOW + 500)]).toEqual([actor, undefined]);
  });

  it('makes room for others: the one known longest goes first', () => {
    const tokens = new KnownTokens();
    for (let n = 0; n <= 10_000; n += 1) tokens.keep(`token ${String(n)}`, actor, NOW + 3_600_000, NOW);
    const known = [0, 1, 10_000].map((n) => tokens.actorOf(`token ${String(n)}`, NOW) !== undefined);
    expect(known).toEqual([false, true, true]);
  });

  it('says nothing of another one', () => {
    const tokens = new KnownTokens();
    tokens.keep('token', actor, NOW + 500, NOW);
    expect(tokens.actorOf('token2', NOW)).toBeUndefined();
  });
});
