import { conflict, fault, forbidden, invalid, missing } from '#domain/shared/errors';

describe('refusals', () => {
  it('of input name every faulty field', () => {
    const fields = [fault('/name', 'required', 'It needs a name.')];
    expect(invalid(fields)).toMatchObject({ kind: 'invalid', code: 'validation-failed', fields });
    expect(invalid(fields, 'Other words.').message).toBe('Other words.');
  });

  it('for want of a permission name it', () => {
    expect(forbidden('goal:delete')).toMatchObject({
      kind: 'forbidden',
      message: 'This needs the permission goal:delete.',
    });
  });

  it('of a missing thing say the same for unknown and foreign ids', () => {
    expect(missing('workflow_goal')).toEqual({
      kind: 'missing',
      code: 'workflow_goal.not-found',
      message: 'There is no such workflow goal.',
    });
  });

  it('by a conflict carry details only when there are any', () => {
    expect(conflict('a.b', 'Why.')).toEqual({ kind: 'conflict', code: 'a.b', message: 'Why.' });
    expect(conflict('a.b', 'Why.', { limit: 3 }).details).toEqual({ limit: 3 });
  });
});
