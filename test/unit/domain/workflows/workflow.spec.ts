import type { Result } from '#domain/shared/result';
import type { Step } from '#domain/workflows/steps';
import { Workflow, type WorkflowFields, type WorkflowState } from '#domain/workflows/workflow';
import { TENANT } from './builders';

const now = new Date('2026-01-10T08:00:00.000Z');
const later = new Date('2026-01-11T08:00:00.000Z');
const mail: Step = { type: 'action', action: 'send_email', config: { template: 'a', retries: 2 } };

const fields = (more: Partial<WorkflowFields> = {}): WorkflowFields => ({
  name: 'Welcome',
  description: null,
  goalLogic: 'any',
  steps: [],
  ...more,
});

const create = (more: Partial<WorkflowFields> = {}) =>
  Workflow.create('workflow-1', TENANT, 'user-1', fields(more), now);

const stored = (more: Partial<WorkflowState> = {}): Workflow => {
  const result = create({ steps: [mail] });
  if (!result.ok) throw new Error('the fields are right');
  const state = { ...result.value.state, ...more };
  return new Workflow(state, state);
};

const told = (workflow: Workflow): string[] => workflow.facts.map(({ type }) => type);

const faults = (result: Result<unknown>): string[] =>
  result.ok ? [] : (result.error.fields ?? []).map(({ pointer, code }) => `${pointer} ${code}`);

describe('a new workflow (SPEC 4.1)', () => {
  it('is a draft that was never active, and tells so', () => {
    const result = create({ name: '  Cafe\u0301 ', description: 'For guests', goalLogic: 'all', steps: [mail] });
    expect(result).toMatchObject({
      ok: true,
      value: {
        stored: null,
        state: {
          id: 'workflow-1',
          tenantId: TENANT,
          version: 1,
          createdBy: 'user-1',
          name: 'Café',
          description: 'For guests',
          status: 'draft',
          goalLogic: 'all',
          steps: [mail],
          firstActivatedAt: null,
          deletedAt: null,
        },
        facts: [
          {
            type: 'workflow.created',
            details: { workflow_id: 'workflow-1', name: 'Café', status: 'draft', goal_logic: 'all' },
          },
        ],
      },
    });
  });

  it.each(['abc', 'x'.repeat(100), '🎯🎯🎯', '🎯'.repeat(100)])('can be called %j', (name) => {
    expect(create({ name }).ok).toBe(true);
  });

  it.each(['ab', '  ab  ', 'x'.repeat(101), 'a\u0000bc', '', '🎯🎯'])('cannot be called %j', (name) => {
    expect(faults(create({ name }))).toEqual(['/name malformed']);
  });

  it('names the faults of name and steps at once', () => {
    expect(faults(create({ name: '', steps: [{ type: 'wait' }] }))).toEqual(['/name malformed', '/steps/0 required']);
  });
});

describe('editing a workflow', () => {
  it.each(['draft', 'active', 'paused'] as const)('changes name, logic and steps while it is %s', (status) => {
    const workflow = stored({ status });
    expect(workflow.edit({ name: 'Farewell', goalLogic: 'all', steps: [], description: 'x' }).ok).toBe(true);
    expect(workflow.state).toMatchObject({ name: 'Farewell', goalLogic: 'all', steps: [], description: 'x', status });
    expect(workflow.stored?.name).toBe('Welcome');
  });

  it('tells what changed, old and new', () => {
    const workflow = stored();
    expect(workflow.edit({ name: 'Farewell', goalLogic: 'any' }).ok).toBe(true);
    expect(workflow.facts).toMatchObject([
      {
        type: 'workflow.updated',
        details: { name: 'Farewell', changes: { name: { old: 'Welcome', new: 'Farewell' } } },
      },
    ]);
    expect(Object.keys(workflow.facts[0]?.details.changes ?? {})).toEqual(['name']);
  });

  it('clears the description with null', () => {
    const workflow = stored({ description: 'old' });
    expect(workflow.edit({ description: null }).ok).toBe(true);
    expect(workflow.state.description).toBeNull();
  });

  it('with what is the same already changes nothing and tells nothing', () => {
    const workflow = stored();
    const sameStep = { config: { retries: 2, template: 'a' }, action: 'send_email', type: 'action' };
    expect(workflow.edit({ name: ' Welcome ', steps: [sameStep] }).ok).toBe(true);
    expect(workflow.state).toBe(workflow.stored);
    expect(workflow.facts).toEqual([]);
  });

  it('refuses a faulty field and keeps everything', () => {
    const workflow = stored();
    expect(faults(workflow.edit({ name: 'x', description: 'new' }))).toEqual(['/name malformed']);
    expect(workflow.state).toBe(workflow.stored);
  });
});

describe('activating', () => {
  it('makes a draft active and remembers the first time', () => {
    const workflow = stored();
    expect(workflow.activate([], now).ok).toBe(true);
    expect(workflow.state).toMatchObject({ status: 'active', firstActivatedAt: now });
    expect(told(workflow)).toEqual(['workflow.activated']);
  });

  it('makes a paused one active again and keeps the first time', () => {
    const workflow = stored({ status: 'paused', firstActivatedAt: now });
    expect(workflow.activate([], later).ok).toBe(true);
    expect(workflow.state).toMatchObject({ status: 'active', firstActivatedAt: now });
  });

  it('is refused with all reasons at once', () => {
    const workflow = stored();
    const reasons = ['a', 'b'].map((id) => ({ workflow_goal_id: id, code: 'form.not-found', detail: 'gone' }));
    expect(workflow.activate(reasons, now)).toMatchObject({
      error: { kind: 'conflict', code: 'workflow.cannot-activate', details: { reasons } },
    });
    expect(workflow.state.status).toBe('draft');
  });

  it('an active one changes nothing, whatever the catalog says', () => {
    const workflow = stored({ status: 'active', firstActivatedAt: now });
    expect(workflow.activate([{ workflow_goal_id: 'a', code: 'x', detail: 'y' }], later).ok).toBe(true);
    expect(workflow.state).toBe(workflow.stored);
    expect(workflow.facts).toEqual([]);
  });

  it('needs no steps', () => {
    expect(stored({ steps: [] }).activate([], now).ok).toBe(true);
  });
});

describe('pausing', () => {
  it('pauses an active one', () => {
    const workflow = stored({ status: 'active', firstActivatedAt: now });
    expect(workflow.pause().ok).toBe(true);
    expect(workflow.state).toMatchObject({ status: 'paused', firstActivatedAt: now });
    expect(told(workflow)).toEqual(['workflow.paused']);
  });

  it('a paused one changes nothing', () => {
    const workflow = stored({ status: 'paused' });
    expect(workflow.pause().ok).toBe(true);
    expect(workflow.state).toBe(workflow.stored);
    expect(workflow.facts).toEqual([]);
  });

  it('refuses a draft', () => {
    expect(stored().pause()).toMatchObject({ error: { kind: 'conflict', code: 'workflow.not-active' } });
  });
});

describe('deleting and restoring', () => {
  it.each(['draft', 'active', 'paused'] as const)('hides a workflow that is %s', (status) => {
    const workflow = stored({ status });
    workflow.remove(later);
    expect(workflow.state).toMatchObject({ status, deletedAt: later });
    expect(told(workflow)).toEqual(['workflow.deleted']);
  });

  it.each(['draft', 'active', 'paused'] as const)('restores one that was %s as paused', (status) => {
    const workflow = stored({ status, deletedAt: now });
    expect(workflow.restore().ok).toBe(true);
    expect(workflow.state).toMatchObject({ status: 'paused', deletedAt: null });
    expect(told(workflow)).toEqual(['workflow.restored']);
  });

  it('refuses to restore what is not deleted', () => {
    expect(stored().restore()).toMatchObject({ error: { kind: 'conflict', code: 'workflow.not-deleted' } });
  });
});
