import { characters, composed, isExternalId, isPrintable, tidyName, isUuid } from '#domain/shared/text';

describe('external ids', () => {
  it.each(['c-42', '0190a000-0000-7000-8000-000000000001', 'a/b c', 'ü🎯', 'x'.repeat(200), '🎯'.repeat(200)])(
    '%j is one',
    (id) => {
      expect(isExternalId(id)).toBe(true);
    },
  );

  it.each(['', 'x'.repeat(201), 'a\u0000b', 'a\nb', '\ud800', 'a\u2028b', 42, null, undefined, {}])(
    '%j is none',
    (id) => {
      expect(isExternalId(id)).toBe(false);
    },
  );
});

describe('text', () => {
  it('is counted in code points', () => {
    expect(characters('a🎯é')).toBe(3);
  });

  it('is printable without control characters and lone surrogates', () => {
    expect(['plain', 'é 🎯', 'bell\u0007', '\udc00'].map(isPrintable)).toEqual([true, true, false, false]);
  });

  it('that is a name is compared in NFC and without blanks around', () => {
    expect(tidyName(' cafe\u0301 ')).toBe('café');
  });

  it('with more than 30 marks on a letter is not composed, which would take long', () => {
    const marked = (marks: number) => `a${'\u0315'.repeat(marks - 1)}\u0300`;
    expect(composed(marked(30))).toBe(`à${'\u0315'.repeat(29)}`);
    expect(composed(marked(31))).toBe(marked(31));
  });
});

describe('a UUID', () => {
  it.each(['0197d0e0-0000-7000-8000-000000000001', '0197D0E0-0000-7000-8000-00000000000A'])('%s is one', (text) => {
    expect(isUuid(text)).toBe(true);
  });

  it.each(['', '0197d0e0000070008000000000000001', '{0197d0e0-0000-7000-8000-000000000001}', 7, null])(
    '%p is none',
    (value) => {
      expect(isUuid(value)).toBe(false);
    },
  );
});
