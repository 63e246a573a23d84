import fc from 'fast-check';
import { fitsGlob } from '#domain/shared/glob';

describe('glob patterns', () => {
  it.each([
    ['vip', 'vip', true],
    ['vip', 'VIP', false],
    ['vip', 'vip-gold', false],
    ['vip*', 'vip', true],
    ['vip*', 'vip-gold', true],
    ['*gold', 'vip-gold', true],
    ['*gold', 'vip-golden', false],
    ['v*p*d', 'vip-gold', true],
    ['a*ab', 'aaab', true],
    ['*', '', true],
    ['**', 'anything', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['v?p', 'vip', true],
    ['vip?', 'vip', false],
    ['?', '🎯', true],
    ['??', '🎯', false],
    ['*🎯', 'a🎯🎯', true],
    ['*?x', '🎯x', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['\\*', '\\anything', true],
  ])('%j fits %j: %p', (pattern, text, fits) => {
    expect(fitsGlob(pattern, text)).toBe(fits);
  });

  it('agree with a regular expression of the same meaning', () => {
    const symbols = fc.constantFrom('a', 'b', '🎯', '\n');
    const pattern = fc
      .array(fc.oneof(symbols, fc.constantFrom('*', '?')), { maxLength: 10 })
      .map((all) => all.join(''));
    const text = fc.array(symbols, { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, text, (glob, candidate) => {
        const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
        expect(fitsGlob(glob, candidate)).toBe(expression.test(candidate));
      }),
      { numRuns: 3_000 },
    );
  });

  it('take no more steps than pattern times text, also for patterns that make regular expressions explode', () => {
    let reads = 0;
    const counted = new Proxy(new String('a'.repeat(5_000)), {
      get: (target, key) => {
        reads++;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    expect(fitsGlob(`${'*a'.repeat(50)}b`, counted as string)).toBe(false);
    expect(reads).toBeLessThan(101 * 5_000 * 3);
  });
});
