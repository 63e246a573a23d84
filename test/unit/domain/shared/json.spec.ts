import { below, canonicalJson, isObject } from '#domain/shared/json';

describe('JSON', () => {
  it('has one canonical text whatever the order of keys, at any depth', () => {
    const one = canonicalJson({ b: [{ y: 1, x: null }], a: 'é' });
    expect(one).toBe(canonicalJson({ a: 'é', b: [{ x: null, y: 1 }] }));
    expect(one).toBe('{"a":"é","b":[{"x":null,"y":1}]}');
  });

  it('keeps the order of lists, and times apart', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
    expect(canonicalJson(new Date(0))).not.toBe(canonicalJson(new Date(1)));
  });

  it('objects are neither lists nor null', () => {
    expect([{}, [], null, 'text', undefined].map(isObject)).toEqual([true, false, false, false, false]);
  });

  it('pointers escape what would be read as structure', () => {
    expect(below('/criteria', 'a/b~c')).toBe('/criteria/a~1b~0c');
    expect(below('/steps', 0)).toBe('/steps/0');
  });
});
