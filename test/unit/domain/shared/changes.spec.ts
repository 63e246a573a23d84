import { changesBetween } from '#domain/shared/changes';

describe('changes', () => {
  it('name what differs as on the wire, old and new', () => {
    const before = { goalLogic: 'any', name: 'same', unasked: 1 };
    const after = { goalLogic: 'all', name: 'same', unasked: 2 };
    expect(changesBetween(before, after, ['goalLogic', 'name'])).toEqual({ goal_logic: { old: 'any', new: 'all' } });
  });

  it('the order of keys inside a value is no change', () => {
    expect(changesBetween({ config: { a: 1, b: 2 } }, { config: { b: 2, a: 1 } }, ['config'])).toEqual({});
  });

  it('equal times are no change', () => {
    expect(changesBetween({ at: new Date(5) }, { at: new Date(5) }, ['at'])).toEqual({});
  });
});
