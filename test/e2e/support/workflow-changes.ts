import type { Story } from '../../support/story';

export const LONG_AGO = '2026-01-20T00:00:00.000Z';

/** Whatever can be done to workflows, their goals and their enrollments, but for reaching a goal. */
export class WorkflowChanges {
  constructor(private readonly story: Story) {}

  act(path: string, body?: unknown) {
    return this.story.must(200, this.story.ask('POST', path, body));
  }

  async configure(workflow: string, goal: object): Promise<string> {
    const made = await this.story.must(201, this.story.ask('POST', `/workflows/${workflow}/goals`, goal));
    return String(made.body.id);
  }

  /** Everything that can be done to a workflow and its goals. */
  async changeWorkflows(): Promise<void> {
    const { story } = this;
    const workflow = await story.workflow([{ type: 'wait', duration: 'P1D' }], { description: 'Of all trades' });
    const path = `/workflows/${workflow}`;
    await this.act(`${path}/pause`);
    await this.configure(workflow, { goal_type: 'form_submitted', criteria: { form_id: 'f-1' } });
    const second = await this.configure(workflow, { goal_type: 'tag_added', criteria: { tag_id: 't-1' }, position: 1 });
    await this.change('PATCH', `${path}/goals/${second}`, {
      criteria: { tag_id: 't-2' },
      window_hours: 3,
      is_active: false,
    });
    await this.change('DELETE', `${path}/goals/${second}`);
    await this.act(`${path}/activate`);
    await this.change('PATCH', path, { name: 'Another name', description: null, goal_logic: 'all', steps: [] });
    await story.enroll(workflow, `deleted-${workflow}`);
    await this.change('DELETE', path);
    await this.act(`${path}/restore`);
    // Its goal comes into force with the first activation.
    const draft = await story.must(201, story.ask('POST', '/workflows', { name: 'A draft' }));
    await this.configure(String(draft.body.id), { goal_type: 'purchase_made', criteria: { any_purchase: true } });
    await this.act(`/workflows/${String(draft.body.id)}/activate`);
  }

  /** Every way in which an enrollment begins and ends without a goal. */
  async endEnrollments(): Promise<void> {
    const { story } = this;
    const action = { type: 'action', action: 'send_email' };
    const workflow = await story.workflow([action, action]);
    const enroll = (contact: string, more: object = {}) => story.enroll(workflow, contact, more);
    const [byHand, completed] = [await enroll('by-hand'), await enroll('completed', { enrolled_at: LONG_AGO })];
    await this.act(`/enrollments/${byHand.id}/exit`, { reason: 'moved away' });
    await this.act(`/enrollments/${completed.id}/complete`);
    await enroll('in-bulk');
    await this.act(`/workflows/${workflow}/enrollments/exit`, { contact_ids: ['in-bulk'], reason: 'season over' });
    await enroll('opted-out');
    await story.must(200, story.ask('PUT', '/contacts/opted-out', { opted_out: true }));
    await enroll('erased');
    await story.must(204, story.ask('DELETE', '/contacts/erased'));
    const failed = await enroll('failed');
    const claimed = (await story.claim()).find((one) => one.enrollment_id === failed.id);
    await story.must(200, story.fail(claimed!, { error: 'no such address' }));
    const items = [{ contact_id: 'many-1' }, { contact_id: 'many-2' }];
    await story.must(200, story.ask('POST', `/workflows/${workflow}/enrollments`, { items }));
    // Ended by the service itself, once its wait is over.
    const waiting = await story.workflow([{ type: 'wait', until: LONG_AGO }]);
    await story.enroll(waiting, 'waited');
  }

  private async change(method: 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const { story } = this;
    const { headers } = await story.must(200, story.ask('GET', path));
    const seen = { headers: { 'if-match': headers.etag ?? '' } };
    await story.must(method === 'PATCH' ? 200 : 204, story.ask(method, path, body, 'Owner', seen));
  }
}
