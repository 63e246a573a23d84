import { AssessGoal, AssessGoalHandler } from '#application/goals/commands/assess-goal';
import { GetAssessment, GetAssessmentHandler } from '#application/goals/queries/get-assessment';
import { ListAssessments, ListAssessmentsHandler } from '#application/goals/queries/list-assessments';
import { InMemoryAssessments } from '../../../support/fakes/in-memory-assessments';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { World } from './world';

const FORBIDDEN = { ok: false, error: { kind: 'forbidden' } };
const NO_GOAL = { ok: false, error: { code: 'goal.not-found' } };
const FOUND = { status: 'completed', score: 80, notes: null } as const;

const begin = async () => {
  const world = new World();
  const assessments = new InMemoryAssessments(world.goals);
  const assessing = new AssessGoalHandler(assessments, assessments, world.clock, world.ids);
  const listing = new ListAssessmentsHandler(assessments);
  const reading = new GetAssessmentHandler(assessments);
  const goal = await world.goal();
  const assess = (actor = world.admin, id = goal, found: AssessGoal['findings'] = FOUND, at: Date | null = null) =>
    assessing.execute(new AssessGoal(actor, id, found, at));
  return { world, assessments, listing, reading, goal, assess };
};

describe('assessing a goal', () => {
  it('answers the assessment, made by the caller, now', async () => {
    const { world, goal, assess } = await begin();
    const now = world.clock.now().toISOString();
    expect(expectOk(await assess())).toMatchObject({
      ...{
        goal_id: goal,
        status: 'completed',
        score: 80,
        assessor_id: world.userId,
        assessed_at: now,
        created_at: now,
      },
    });
    expect(await world.goals.goal(world.tenantId, goal)).toMatchObject({ assessment_score: 80, version: 1 });
  });

  it('tells of it', async () => {
    const { assessments, goal, assess } = await begin();
    expectOk(await assess());
    expect(assessments.told).toMatchObject([
      { type: 'goal.assessed', goalId: goal, details: { assessment_score: 80 } },
    ]);
  });

  it('is refused to who may not change goals, and for a goal that is not there', async () => {
    const { world, assessments, assess } = await begin();
    expect(await assess(world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await assess(world.stranger)).toMatchObject(NO_GOAL);
    expect(await assess(world.admin, world.ids.next())).toMatchObject(NO_GOAL);
    expect(assessments.told).toEqual([]);
  });

  it('stores nothing that is wrong', async () => {
    const { world, assessments, goal, assess, listing } = await begin();
    const refused = await assess(world.admin, goal, { ...FOUND, score: null });
    expect(refused).toMatchObject({ error: { fields: [{ pointer: '/score' }] } });
    const page = pageRequest({ by: 'assessed_at' });
    expect(expectOk(await listing.execute(new ListAssessments(world.admin, goal, page)))).toMatchObject({ total: 0 });
    expect(assessments.told).toEqual([]);
  });
});

describe('the assessments of a goal', () => {
  it('are read by whoever may read the goal', async () => {
    const { world, goal, assess, listing, reading } = await begin();
    const made = expectOk(await assess());
    const page = pageRequest({ by: 'assessed_at' });
    const viewer = world.as('Viewer');
    expect(expectOk(await listing.execute(new ListAssessments(viewer, goal, page))).items).toEqual([made]);
    expect(expectOk(await reading.execute(new GetAssessment(viewer, goal, made.id)))).toEqual(made);
  });

  it('are nothing to a stranger, nor to who may do nothing', async () => {
    const { world, goal, assess, listing, reading } = await begin();
    const { id } = expectOk(await assess());
    const page = pageRequest({ by: 'assessed_at' });
    for (const [actor, of, one] of [
      [world.stranger, NO_GOAL, { error: { code: 'goal_assessment.not-found' } }],
      [world.nobody, FORBIDDEN, FORBIDDEN],
    ] as const) {
      expect(await listing.execute(new ListAssessments(actor, goal, page))).toMatchObject(of);
      expect(await reading.execute(new GetAssessment(actor, goal, id))).toMatchObject(one);
    }
  });
});
