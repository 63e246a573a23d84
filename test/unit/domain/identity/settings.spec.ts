import { settingsFaults } from '#domain/identity/settings';

describe('The settings of a tenant', () => {
  it('are a hundred at most, and 16 kB as they are kept', () => {
    const many = (most: number) => Object.fromEntries(Array.from({ length: most }, (_, n) => [`s${String(n)}`, n]));
    expect(settingsFaults(many(100))).toEqual([]);
    expect(settingsFaults({ text: 'x'.repeat(16_384 - '{"text":""}'.length) })).toEqual([]);
    expect(settingsFaults({ ...many(101), text: 'é'.repeat(8_192) })).toMatchObject([
      { pointer: '/settings', code: 'too-many' },
      { pointer: '/settings', code: 'malformed' },
    ]);
  });
});
