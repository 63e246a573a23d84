import { CreateGoal } from '#application/goals/commands/create-goal';
import { GetGoal, GetGoalHandler } from '#application/goals/queries/get-goal';
import { USUAL_FIELDS } from '#domain/goals/goal-fields';
import { expectOk } from '../../../support/results';
import { World } from './world';

let world: World;
beforeEach(() => {
  world = new World();
});

const fields = { ...USUAL_FIELDS, name: 'Be asked less', goalType: 'tactical', ownerId: null } as const;

describe('Making a goal', () => {
  it('begins it now, at medium priority and risk, with progress 0 and no assessment yet', async () => {
    const made = expectOk(await world.creating.execute(new CreateGoal(world.admin, fields, 'active', null)));
    expect(made).toMatchObject({
      status: 'active',
      priority: 'medium',
      risk_level: 'medium',
      progress_percentage: 0,
      assessment_status: 'pending',
      start_date: world.clock.now().toISOString(),
      version: 1,
    });
    expect(world.told).toEqual(['goal.created']);
  });

  it('is refused without the permission', async () => {
    const refused = await world.creating.execute(new CreateGoal(world.as('Viewer'), fields, 'active', null));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });

  it('below a goal that is not there names the field', async () => {
    const refused = await world.creating.execute(new CreateGoal(world.admin, fields, 'active', world.ids.next()));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid', fields: [{ pointer: '/parent_goal_id' }] } });
  });

  it('below another tenant’s goal answers as below none', async () => {
    const foreign = await world.goal();
    const refused = await world.creating.execute(new CreateGoal(world.stranger, fields, 'active', foreign));
    expect(refused).toMatchObject({ ok: false, error: { fields: [{ pointer: '/parent_goal_id', code: 'unknown' }] } });
  });
});

describe('Reading a goal', () => {
  it('answers what is kept of it, with its health', async () => {
    const id = await world.goal({ targetDate: new Date('2027-01-01T00:00:00Z') });
    const read = expectOk(await new GetGoalHandler(world.goals, world.clock).execute(new GetGoal(world.admin, id)));
    expect(read).toMatchObject({ id, health: 'on_track' });
    expect(Object.keys(read)).not.toContain('held_ms');
  });

  it('of another tenant is as of nobody', async () => {
    const id = await world.goal();
    const read = await new GetGoalHandler(world.goals, world.clock).execute(new GetGoal(world.stranger, id));
    expect(read).toMatchObject({ ok: false, error: { code: 'goal.not-found' } });
  });
});
