import { conflict, fault, invalid } from '#domain/shared/errors';
import { andThen, done, err, faultsOf, map, match, ok, type Result } from '#domain/shared/result';

const good = ok(2) as Result<number, string>;
const bad = err('no') as Result<number, string>;

describe('a Result', () => {
  it('maps its value and keeps its failure', () => {
    expect(map(good, (value) => value * 2)).toEqual(ok(4));
    expect(map(bad, (value) => value * 2)).toBe(bad);
  });

  it('goes on with the next step only after a success', () => {
    expect(andThen(good, (value) => ok(`${value}`))).toEqual(ok('2'));
    expect(andThen(good, () => err('later'))).toEqual(err('later'));
    expect(andThen(bad, () => ok('never'))).toBe(bad);
  });

  it('is told apart by match', () => {
    const say = (result: Result<number, string>) =>
      match(
        result,
        (value) => `got ${value}`,
        (error) => `failed: ${error}`,
      );
    expect([say(good), say(bad)]).toEqual(['got 2', 'failed: no']);
  });

  it('that carries nothing is done', () => {
    expect(done).toEqual(ok(undefined));
  });

  it('gives away its faulty fields', () => {
    const name = fault('/name', 'required', 'It needs a name.');
    expect(faultsOf(err(invalid([name])))).toEqual([name]);
    expect(faultsOf(err(conflict('x.taken', 'Taken.')))).toEqual([]);
    expect(faultsOf(done)).toEqual([]);
  });
});
