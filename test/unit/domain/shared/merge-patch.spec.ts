import { mergePatch } from '#domain/shared/merge-patch';

class DigitsOfItsOwn {
  readonly digits = '1e400';
}

describe('merging JSON (RFC 7396)', () => {
  it.each([
    ['adds members', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['replaces members', { a: 1 }, { a: 'x' }, { a: 'x' }],
    ['removes a member by null', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['leaves a member alone that is not there to be removed', { b: 2 }, { a: null }, { b: 2 }],
    ['merges objects member by member', { a: { x: 1, y: 2 } }, { a: { y: null, z: 3 } }, { a: { x: 1, z: 3 } }],
    ['replaces lists whole', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['puts an object where none was, without its nulls', { a: 1 }, { a: { b: { c: null } } }, { a: { b: {} } }],
    ['changes nothing by nothing', { a: 1 }, {}, { a: 1 }],
  ])('%s', (_, target, patch, merged) => {
    expect(mergePatch(target, patch)).toEqual(merged);
  });

  it('takes a number with its own digits for a value, not for an object', () => {
    const amount = new DigitsOfItsOwn();
    expect(mergePatch({ a: { b: 1 } }, { a: amount })).toEqual({ a: amount });
  });

  it('leaves both of its arguments as they were', () => {
    const target = { a: { x: 1 } };
    const patch = { a: { y: 2 } };
    mergePatch(target, patch);
    expect({ target, patch }).toEqual({ target: { a: { x: 1 } }, patch: { a: { y: 2 } } });
  });
});
