import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import fc from 'fast-check';
import { ExactNumber } from '#adapters/shared/json/exact-number';
import { A_BATCH, ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson } from '#adapters/shared/json/strict-json';

const read = (input: string | Buffer, limits = ONE_DOCUMENT) => readJson(input, limits);
const codeOf = (input: string | Buffer, limits = ONE_DOCUMENT) => {
  const result = read(input, limits);
  return result.ok ? undefined : `${result.error.status} ${result.error.code}`;
};
const pointerOf = (input: string) => {
  const result = read(input);
  return result.ok ? undefined : result.error.pointer;
};
const valueOf = (input: string | Buffer) => {
  const result = read(input);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objectOf = (keys: number) => Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, index]));

/** Texts that look enough like JSON to get past the first character. */
const almostJson = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[{}[\],:"\\ \n\d.+eE-]$/),
      fc.constantFrom(
        'true',
        'null',
        '"a"',
        '"a":',
        '"\\u0000"',
        '"\\ud83d',
        '\\u00e9',
        '{"a":1}',
        '99.999999999999999999',
        '"__proto__":',
        '\ud800',
        'é',
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

/** A value without what is refused, and without numbers that are carried as `ExactNumber`. */
const harmless = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }).filter((value) => {
  const text = JSON.stringify(value);
  return !/__proto__|constructor|prototype|\\u|[\d.]{15,}|\de|\.0{6}/.test(text);
});

describe('reading JSON from strangers', () => {
  it('never throws, whatever text it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), almostJson), (text) => {
        expect(typeof read(text).ok).toBe('boolean');
      }),
      { numRuns: 3000 },
    );
  });

  it('never throws, whatever bytes it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(typeof read(Buffer.from(bytes)).ok).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });

  it('takes for JSON what JSON.parse takes for JSON, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(almostJson, fc.json({ maxDepth: 4 })), (text) => {
        const isJson = (() => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        })();
        expect(codeOf(text) === 'malformed not-json').toBe(!isJson);
      }),
      { numRuns: 5000 },
    );
  });

  it('answers what JSON.parse answers for every document it takes', () => {
    fc.assert(
      fc.property(harmless, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(valueOf(text)).toEqual(JSON.parse(text));
        expect(valueOf(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('answers the same beside a number it carries exactly', () => {
    fc.assert(
      fc.property(harmless, (value) => {
        const text = `[${JSON.stringify(value)},1e400]`;
        expect(valueOf(text)).toEqual([JSON.parse(JSON.stringify(value)), new ExactNumber('1e400')]);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps every digit of every number', () => {
    const digits = fc
      .tuple(fc.constantFrom('', '-'), fc.bigInt(0n, 10n ** 18n - 1n), fc.stringMatching(/^\d{0,18}$/))
      .map(([sign, whole, fraction]) => `${sign}${whole}${fraction && `.${fraction}`}`);
    const tidy = (text: string) => {
      const [whole = '', fraction = ''] = text.split('.');
      const kept = fraction.replace(/0+$/, '');
      const shown = whole + (kept && `.${kept}`);
      return shown === '-0' ? '0' : shown;
    };
    fc.assert(
      fc.property(digits, (text) => {
        expect(tidy(String((valueOf(`{"amount":${text}}`) as { amount: unknown }).amount))).toBe(tidy(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['1e999', '-1E+999', '1e-999', '1e2', '0.0000001', '12345678901234567890', '99.999999999999999999'])(
    'carries %s by its digits',
    (digits) => {
      expect(valueOf(`[${digits}]`)).toEqual([new ExactNumber(digits)]);
    },
  );

  it.each(['0', '-0', '150', '150.00', '-0.5', '0.000001', '123456789012345', '0.0'])(
    'reads %s as an ordinary number',
    (digits) => {
      expect(valueOf(digits)).toBe(Number(digits));
    },
  );

  it.each(['NaN', 'Infinity', '-', '-Infinity', '+1', '01', '1.', '.5', '1e', '1.2.3', '0x10', '1_000', '--1'])(
    'refuses %s, which is no JSON number',
    (text) => {
      expect(codeOf(text)).toBe('malformed not-json');
    },
  );

  it('does not take an object that claims to be an exact number for one', () => {
    expect(valueOf('[{"isLosslessNumber":true,"digits":"5"},1e400]')).toEqual([
      { isLosslessNumber: true, digits: '5' },
      new ExactNumber('1e400'),
    ]);
  });

  it.each([
    ['12345678901234567890', '"12345678901234567890"'],
    ['9007199254740993', '"9007199254740993"'],
    ['1e400', '"1e400"'],
    ['9007199254740991', '9007199254740991'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['1e3', '1000'],
    ['1e-7', '1e-7'],
  ])('writes %s as %s: a number where a double has all of its digits, else a string of them', (digits, written) => {
    expect(JSON.stringify(valueOf(`{"a":${digits}}`))).toBe(`{"a":${written}}`);
  });

  it('makes values that class-transformer can copy', () => {
    class Body {
      attributes?: Record<string, unknown>;
    }
    const body = plainToInstance(Body, valueOf('{"attributes":{"big":[12345678901234567890]}}'));
    expect(JSON.stringify(body)).toBe('{"attributes":{"big":["12345678901234567890"]}}');
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    '[1,]',
    "{'a':1}",
    '{"a" 1}',
    '"\n"',
    '\ufeff{}',
    '{} {}',
    'undefined',
    '"\\x"',
    '"',
  ])('refuses %j as not JSON', (text) => {
    expect(codeOf(text)).toBe('malformed not-json');
  });

  it.each([
    [[0x22, 0xff, 0x22]],
    [[0x22, 0xc3, 0x22]],
    [[0x22, 0xc0, 0x80, 0x22]],
    [[0x22, 0xed, 0xa0, 0x80, 0x22]],
    [[0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
  ])('refuses bytes that are not UTF-8: %j', (bytes) => {
    expect(codeOf(Buffer.from(bytes))).toBe('malformed not-utf8');
  });

  it('takes 32 levels and refuses 33', () => {
    expect(codeOf(nested(32))).toBeUndefined();
    expect(codeOf(nested(33))).toBe('refused too-deep');
    expect(codeOf(`{"a":${'{"a":'.repeat(32)}1${'}'.repeat(33)}`)).toBe('refused too-deep');
  });

  it('refuses a million levels without building any', () => {
    expect(codeOf(nested(1_000_000))).toBe('refused too-deep');
    expect(codeOf('{"a":'.repeat(1_000_000))).toBe('refused too-deep');
  });

  it('does not count brackets, colons and digits inside strings', () => {
    const text = JSON.stringify({ a: nested(40) + '"\\{"x":'.repeat(2_000) + '1e400', b: '\\' });
    expect(valueOf(text)).toEqual(JSON.parse(text));
  });

  it('takes some hundred thousand values and refuses more, in a batch too', () => {
    const list = (length: number) => `{"a":[${Array.from({ length }, () => '1e1').join(',')}]}`;
    expect(codeOf(list(100_001), A_BATCH)).toBeUndefined();
    expect(codeOf(list(100_002), A_BATCH)).toBe('refused too-many-values');
  });

  it('takes 1,000 keys and refuses 1,001, wherever they stand', () => {
    expect(codeOf(JSON.stringify(objectOf(1_000)))).toBeUndefined();
    expect(codeOf(JSON.stringify(objectOf(1_001)))).toBe('refused too-many-keys');
    expect(codeOf(JSON.stringify({ a: [objectOf(500), { b: objectOf(499) }] }))).toBe('refused too-many-keys');
  });

  it('counts keys per item in a batch', () => {
    const batch = (...sizes: number[]) => JSON.stringify({ before: {}, events: sizes.map(objectOf), after: [1, 2] });
    expect(codeOf(batch(999, 1_000, 999), A_BATCH)).toBeUndefined();
    expect(codeOf(batch(1, 1_001, 1), A_BATCH)).toBe('refused too-many-keys');
    expect(codeOf(batch(999, 1_000, 999))).toBe('refused too-many-keys');
    const one = (data: unknown) => JSON.stringify({ contact_id: 'c', data });
    expect(codeOf(one([objectOf(600), objectOf(600)]), A_BATCH)).toBeUndefined();
    expect(codeOf(one({ list: [objectOf(600), objectOf(600)] }), A_BATCH)).toBe('refused too-many-keys');
  });

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('refuses the key %s', (key) => {
    expect(codeOf(`{"a":[1,{"${key}":{}}]}`)).toBe('refused forbidden-key');
    expect(pointerOf(`{"a":[1,{"${key}":{}}]}`)).toBe('/a/1');
    expect(codeOf(`{"a":1e400,"${key}":{}}`)).toBe('refused forbidden-key');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('takes those words as values', () => {
    expect(codeOf('["__proto__","constructor","prototype"]')).toBeUndefined();
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"x":{"b":[{"a":1,"c":2,"\\u0061":3}]}}',
    '{"a":1e400,"a":1e400}',
    '{"a":1e400,"a":{}}',
    '{"a":"a:{","a" \n\t : 1}',
  ])('refuses keys that stand twice: %s', (text) => {
    expect(codeOf(text)).toBe('refused duplicate-key');
    const result = read(text);
    expect(result.ok ? '' : result.error.detail).toBe('The key "a" stands twice in one object.');
  });

  it('takes equal keys in different objects', () => {
    expect(codeOf('{"a":{"a":1},"b":[{"a":1},{"a":1}]}')).toBeUndefined();
  });

  it.each(['"\\u0000"', '"\\ud800"', '"\\udc00\\ud83d"', '"\\ud83d \\ude00"'])('refuses the text %s', (text) => {
    expect(codeOf(`{"a/b":[1,${text}]}`)).toBe('refused forbidden-character');
    expect(pointerOf(`{"a/b":[1,${text}]}`)).toBe('/a~1b/1');
    expect(codeOf(`{"x":{${text}:1}}`)).toBe('refused forbidden-character');
    expect(pointerOf(`{"x":{${text}:1}}`)).toBe('/x');
  });

  it('refuses half a surrogate pair that came in as it is', () => {
    expect(codeOf('["\ud800"]')).toBe('refused forbidden-character');
    expect(codeOf('{"\udc00":1}')).toBe('refused forbidden-character');
  });

  it('takes whole pairs, however they are written', () => {
    expect(valueOf('["😀","\\ud83d\\ude00"]')).toEqual(['😀', '😀']);
    expect(valueOf(Buffer.from('["😀","\\ud83d\\ude00","\\\\u0000"]'))).toEqual(['😀', '😀', '\\u0000']);
  });
});
