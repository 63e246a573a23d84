import { randomUUID } from 'node:crypto';
import type { ProgressEntryView } from '#application/goals/progress-views';
import type { GoalView } from '#application/goals/views';
import type { GoalStory } from '../../support/goal-story';

const ANOTHER = {
  name: 'Win the north',
  description: 'Three shops until the summer',
  goal_type: 'operational',
  priority: 'critical',
  risk_level: 'low',
  strategic_alignment: 'high',
  business_value: 'medium',
  owner_id: randomUUID(),
  origin_driver_id: randomUUID(),
  stakeholder_id: randomUUID(),
  business_actor_id: randomUUID(),
  success_criteria: 'Three shops are open',
  key_performance_indicators: 'Shops opened',
  measurement_frequency: 'weekly',
  review_frequency: 'quarterly',
  start_date: '2026-01-01',
  target_date: '2026-06-30',
  progress_source: 'weighted_mix',
  task_weighting: 'estimate',
  weight: 2.5,
  category: 'Sales',
  tags: ['north', 'shops'],
  metadata: { region: { code: 'N' } },
};

/** Whatever can be done to goals and their links. */
export class GoalChanges {
  constructor(private readonly story: GoalStory) {}

  async changeEverything(): Promise<void> {
    await this.edit();
    await this.passThroughStatuses();
    await this.endTrees();
    await this.deleteTrees();
    await this.progress();
    await this.assess();
    await this.link();
  }

  /** Every field at once, the parent alone, and both together. */
  private async edit(): Promise<void> {
    const { id: parent } = await this.story.goal({ name: 'Grow abroad', goal_type: 'strategic' });
    const { id } = await this.story.goal({ name: 'Win the south', parent_goal_id: parent });
    await this.patch(id, ANOTHER);
    await this.patch(id, { parent_goal_id: null });
    await this.patch(id, { parent_goal_id: parent, name: 'Win the west' });
    await this.patch(id, { name: 'Win the west' });
  }

  /** Every change of status there is, with a reason and where it may be without. */
  private async passThroughStatuses(): Promise<void> {
    const { id } = await this.story.goal({ name: 'Answer within a day', status: 'draft' });
    await this.pass(id, 'active', { reason: undefined });
    await this.pass(id, 'on_hold', { reason: 'No budget before March' });
    await this.pass(id, 'active', { reason: undefined });
    for (const end of ['achieved', 'missed', 'abandoned']) {
      await this.pass(id, end);
      await this.pass(id, 'active', { reason: 'There is more to it' });
    }
    await this.pass(id, 'achieved', { reason: undefined });
    const dropped = await this.story.goal({ name: 'Answer within an hour', status: 'draft' });
    await this.pass(dropped.id, 'abandoned', { reason: undefined });
    const late = await this.story.goal({ name: 'Move before winter', target_date: '2025-12-01' });
    await this.pass(late.id, 'missed', { reason: undefined });
  }

  /** A goal with three open ones below it, of which one rolls up into it. */
  private async tree(name: string): Promise<GoalView> {
    const root = await this.story.goal({ name, goal_type: 'strategic', progress_source: 'children' });
    const middle = await this.story.goal({ name: `${name}: first half`, parent_goal_id: root.id });
    const held = await this.story.goal({ name: `${name}: first quarter`, parent_goal_id: middle.id });
    await this.pass(held.id, 'on_hold');
    await this.story.goal({ name: `${name}: second quarter`, parent_goal_id: middle.id, status: 'draft' });
    return root;
  }

  private async endTrees(): Promise<void> {
    for (const end of ['achieved', 'missed', 'abandoned']) {
      const { id } = await this.tree(`To be ${end}`);
      await this.refused(409, () => this.story.change(id, end));
      await this.pass(id, end, { on_children: 'cascade', reason: 'The year is over' });
    }
    const { id } = await this.tree('To be achieved alone');
    await this.pass(id, 'achieved', { on_children: 'leave' });
  }

  private async deleteTrees(): Promise<void> {
    const { id } = await this.tree('To be deleted');
    await this.refused(409, () => this.story.remove(id));
    await this.remove(id, '?on_children=cascade');
    await this.act(`/goals/${id}/restore`);
    await this.remove(id, '?on_children=leave');
  }

  /** Reports and a correction, which roll up, and changes of what rolls up. */
  private async progress(): Promise<void> {
    const { id: root } = await this.story.goal({ name: 'Halve the calls', progress_source: 'children' });
    const { id: leaf } = await this.story.goal({ name: 'Publish the answers', parent_goal_id: root });
    const report = (body: object) => this.story.must<ProgressEntryView>(201, 'POST', `/goals/${leaf}/progress`, body);
    await report({ percentage: 40 });
    const { id: corrects } = await report({ percentage: 42.5, notes: 'Three of seven pages' });
    await report({ percentage: 45, corrects });
    await this.refused(422, () => this.story.ask('POST', `/goals/${leaf}/progress`, { percentage: 101 }));
    await this.patch(root, { progress_source: 'tasks' });
    await this.patch(root, { progress_source: 'children' });
  }

  private async assess(): Promise<void> {
    const { id } = await this.story.goal({ name: 'Know every customer' });
    const assess = (body: object) => this.story.must(201, 'POST', `/goals/${id}/assessments`, body);
    await assess({ status: 'completed', score: 80, notes: 'Well on the way' });
    await assess({ status: 'in_progress', assessed_at: '2026-01-05T10:00:00+02:00' });
  }

  private async link(): Promise<void> {
    const [{ id }, { id: other }] = [await this.story.goal({ name: 'Sell online' }), await this.story.goal()];
    const link = (body: object) => this.story.must<GoalView>(201, 'POST', `/goals/${id}/links`, body);
    await link({ linked_element_id: other, linked_element_type: 'goal', link_type: 'influences' });
    const made = await link({
      linked_element_id: randomUUID(),
      linked_element_type: 'course_of_action',
      link_type: 'realizes',
    });
    const path = `/goals/${id}/links/${made.id}`;
    const all = {
      linked_element_name: 'Build the shop',
      relationship_strength: 'strong',
      contribution_level: 'high',
      polarity: 'positive',
    };
    await this.story.must(200, 'PATCH', path, all, { version: 1 });
    await this.refused(412, () => this.story.ask('DELETE', path, undefined, { version: 1 }));
    await this.story.must(204, 'DELETE', path, undefined, { version: 2 });
  }

  private act(path: string, body?: object): Promise<unknown> {
    return this.story.must(200, 'POST', path, body);
  }

  private pass(id: string, to: string, more: object = {}): Promise<unknown> {
    return this.act(`/goals/${id}/transitions`, { to, reason: 'because', ...more });
  }

  private async patch(id: string, body: object): Promise<void> {
    expect(await this.story.patch(id, body)).toMatchObject({ status: 200 });
  }

  private async remove(id: string, query: string): Promise<void> {
    expect(await this.story.remove(id, query)).toMatchObject({ status: 204 });
  }

  /** What is refused tells nothing. */
  private async refused(status: number, attempt: () => Promise<object>): Promise<void> {
    const { length } = await this.story.told({});
    expect(await attempt()).toMatchObject({ status });
    expect(await this.story.told({})).toHaveLength(length);
  }
}
