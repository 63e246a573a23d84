import fc from 'fast-check';
import { Client } from 'pg';
import { jsons, texts, uuids } from '#adapters/shared/persistence/arrays';
import { elementsOf } from '../support/arrays';
import { freshDatabase, type TestDatabase } from '../support/database';

describe('An array that is sent in binary form', () => {
  let database: TestDatabase;
  let sql: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    sql = new Client({ connectionString: database.appUrl });
    await sql.connect();
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  /** As the server reads it, each element as its text. */
  const read = async (type: string, array: Buffer): Promise<unknown> => {
    const { rows } = await sql.query<{ elements: unknown }>(`SELECT to_json($1::${type}[]::text[]) AS elements`, [
      array,
    ]);
    return rows[0]?.elements;
  };

  // U+0000 stands in no text of PostgreSQL, and half a surrogate in no UTF-8; neither gets as far as here.
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'));

  it('is read by the server as what it was made of', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.uuid()),
        fc.array(fc.option(fc.oneof(text, fc.constantFrom('', 'NULL', '{}', '"', '\\', 'a,b', 'ä€𝄞')))),
        fc.array(fc.dictionary(text, text)),
        async (ids, words, things) => {
          expect(await read('uuid', uuids(ids))).toEqual(ids);
          expect(await read('uuid', uuids(ids.map((id) => id.toUpperCase())))).toEqual(ids);
          expect(await read('text', texts(words))).toEqual(words);
          const found = (await read('jsonb', jsons(things.map((one) => JSON.stringify(one))))) as string[];
          expect(found.map((one) => JSON.parse(one) as unknown)).toEqual(things);
        },
      ),
      { numRuns: 60 },
    ));

  it('says the same to who reads it here', () => {
    const id = '0190a3c0-7b1e-7c3a-9d2f-3a5b8c7d6e5f';
    expect(elementsOf(uuids([id]))).toEqual([id]);
    expect(elementsOf(texts(['a', null, '']))).toEqual(['a', null, '']);
    expect(elementsOf(jsons(['{}']))).toEqual(['{}']);
  });

  it.each([
    '',
    '0190a3c0',
    '0190a3c0-7b1e-7c3a-9d2f-3a5b8c7d6e5g',
    '0190a3c07b1e7c3a9d2f3a5b8c7d6e5f0190',
    '0190a3c0-7b1e-7c3a-9d2f-3a5b8c7d6e5é',
  ])('is not made of what is no UUID: %p', (value) => {
    expect(() => uuids([value])).toThrow('no UUID');
  });
});
