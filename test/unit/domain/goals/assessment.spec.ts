import { assessed, readAssessment, type AssessedGoal } from '#domain/goals/assessment';
import { ASSESSMENT_STATUSES } from '#domain/goals/words';

const NOW = new Date('2026-01-26T10:00:00.000Z');
const EARLIER = new Date('2026-01-01T00:00:00.000Z');
const LATER = new Date(NOW.getTime() + 1);
const by = { id: 'a-1', assessorId: 'u-1' };
const findings = { status: 'completed', score: 0, notes: null } as const;

describe('an assessment', () => {
  it('is of now unless it says when', () => {
    expect(readAssessment(by, findings, null, NOW)).toEqual({
      ok: true,
      value: { ...by, ...findings, assessedAt: NOW },
    });
    expect(readAssessment(by, findings, EARLIER, NOW)).toMatchObject({ value: { assessedAt: EARLIER } });
    expect(readAssessment(by, findings, NOW, NOW)).toMatchObject({ ok: true });
  });

  it('needs a score only when it is completed', () => {
    const refused = ASSESSMENT_STATUSES.filter(
      (status) => !readAssessment(by, { status, score: null, notes: null }, null, NOW).ok,
    );
    expect(refused).toEqual(['completed']);
  });

  it('names a missing score and a time in the future at once', () => {
    expect(readAssessment(by, { ...findings, score: null }, LATER, NOW)).toMatchObject({
      error: {
        kind: 'invalid',
        fields: [
          { pointer: '/score', code: 'required' },
          { pointer: '/assessed_at', code: 'in-the-future' },
        ],
      },
    });
  });

  it('is told with what its goal is, and by a status of its own name', () => {
    const goal = { id: 'g-1', name: 'A goal', goalType: 'tactical', priority: 'low', ownerId: null, status: 'on_hold' };
    expect(assessed(goal as AssessedGoal, { ...by, ...findings, notes: 'private', assessedAt: NOW })).toEqual({
      type: 'goal.assessed',
      goalId: 'g-1',
      details: {
        ...{ name: 'A goal', goal_type: 'tactical', priority: 'low', status: 'on_hold', owner_id: null },
        ...{ assessment_id: 'a-1', assessment_status: 'completed', assessment_score: 0, assessed_at: NOW },
      },
    });
  });
});
