import { dailySpans, dayToTell } from '#domain/notifications/day';
import { afterAttempt, type Delivery } from '#domain/notifications/delivery';
import { letterOf } from '#domain/notifications/letter';
import { noticeOfDueTask, noticeOfFact, noticeOfLaggingGoal, sent, type ToldFact } from '#domain/notifications/notice';
import { NOTIFICATION_FACTS } from '#domain/notifications/outgoing';
import { switched, switchesOf } from '#domain/notifications/switches';
import { NOTIFICATION_KINDS } from '#domain/notifications/words';

const [EVENT, TASK, GOAL, ADA, BOB] = [1, 2, 3, 4, 5].map((n) => `00000000-0000-7000-8000-00000000000${String(n)}`) as [
  string,
  string,
  string,
  string,
  string,
];

const fact = (type: string, more: Partial<ToldFact> = {}): ToldFact => ({
  ...{ id: EVENT, type, tenantId: 't', goalId: GOAL, userId: BOB },
  details: { task_id: TASK, title: 'Count', name: 'Sell', assigned_to: ADA, owner_id: ADA },
  ...more,
});

describe('A notice', () => {
  it.each([
    ['task.assigned', 'task_assigned', { task_id: TASK, title: 'Count', goal_id: GOAL }],
    ['task.ready', 'task_ready', { task_id: TASK, title: 'Count', goal_id: GOAL }],
    ['goal.achieved', 'goal_achieved', { goal_id: GOAL, name: 'Sell' }],
    ['goal.missed', 'goal_missed', { goal_id: GOAL, name: 'Sell' }],
  ])('of %s goes to whom it concerns, named by the event', (type, kind, subject) => {
    expect(noticeOfFact(fact(type))).toEqual({ kind, userId: ADA, sourceKey: EVENT, subject });
  });

  it.each(['task.completed', 'goal.abandoned', 'notification.sent', 'workflow.goal.achieved', 'constructor'])(
    'is not made of %s',
    (type) => expect(noticeOfFact(fact(type))).toBeNull(),
  );

  it('is not made of what somebody did themselves', () => {
    expect(noticeOfFact(fact('task.assigned', { userId: ADA }))).toBeNull();
    expect(noticeOfFact(fact('task.assigned', { userId: null }))).not.toBeNull();
  });

  it('is not made where the person or the thing is not named', () => {
    const { details } = fact('');
    for (const lacking of [{ assigned_to: null }, { assigned_to: 'Ada' }, { task_id: undefined }])
      expect(noticeOfFact(fact('task.ready', { details: { ...details, ...lacking } }))).toBeNull();
    expect(noticeOfFact(fact('goal.missed', { details: {} }))).toBeNull();
    expect(noticeOfFact(fact('goal.missed', { goalId: null }))).toBeNull();
  });

  it('does without a name', () => {
    const details = { task_id: TASK, title: 7, assigned_to: ADA };
    expect(noticeOfFact(fact('task.ready', { details }))?.subject).toMatchObject({ title: null });
  });

  it('of a day names the day and the thing', () => {
    const task = { taskId: TASK, title: 'Count', goalId: null, assignedTo: ADA, dueDate: new Date(0) };
    expect(noticeOfDueTask('2026-11-26', task)).toEqual({
      ...{ kind: 'task_due_tomorrow', userId: ADA, sourceKey: `2026-11-26:task_due_tomorrow:${TASK}` },
      subject: { task_id: TASK, title: 'Count', goal_id: null, due_date: '1970-01-01T00:00:00.000Z' },
    });
    expect(noticeOfLaggingGoal('2026-11-26', { goalId: GOAL, name: 'Sell', ownerId: ADA })).toEqual({
      ...{ kind: 'goal_off_track', userId: ADA, sourceKey: `2026-11-26:goal_off_track:${GOAL}` },
      subject: { goal_id: GOAL, name: 'Sell' },
    });
  });

  it('that was given is told on with the ids of what it is about', () => {
    const about = (subject: Record<string, string | null>) =>
      sent(EVENT, { kind: 'task_ready', userId: ADA, sourceKey: 'x', subject });
    const details = { notification_id: EVENT, user_id: ADA, kind: 'task_ready' };
    expect(about({ task_id: TASK, goal_id: GOAL })).toEqual({
      ...{ type: NOTIFICATION_FACTS[0], goalId: GOAL },
      details: { ...details, task_id: TASK, goal_id: GOAL },
    });
    expect(about({})).toEqual({ type: 'notification.sent', details: { ...details, task_id: null, goal_id: null } });
  });
});

describe('A day', () => {
  it('is told from six in the morning (UTC) until it is over', () => {
    expect(dayToTell(new Date('2026-11-26T05:59:59.999Z'))).toBeNull();
    expect(dayToTell(new Date('2026-11-26T06:00:00.000Z'))).toBe('2026-11-26');
    expect(dayToTell(new Date('2026-11-26T23:59:59.999Z'))).toBe('2026-11-26');
  });

  it('looks at the whole next day, and back to where the day before has looked', () => {
    const { dueFrom, dueTo, since, until } = dailySpans('2026-12-31');
    expect([dueFrom, dueTo, since, until].map((time) => time.toISOString())).toEqual([
      '2027-01-01T00:00:00.000Z',
      '2027-01-02T00:00:00.000Z',
      '2026-12-30T06:00:00.000Z',
      '2026-12-31T06:00:00.000Z',
    ]);
    expect(dailySpans('2027-01-01')).toMatchObject({ dueFrom: dueTo, since: until });
  });
});

describe('A delivery', () => {
  const now = new Date('2026-11-26T10:00:00.000Z');
  const first: Delivery = { state: 'pending', attempts: 0, nextAt: new Date(0) };

  it('that fails is tried again after 1, 5, 30 and 120 minutes, and then no more', () => {
    const waits: (number | string)[] = [];
    for (let at = first; at.state === 'pending';) {
      at = afterAttempt(at, 'failed', now);
      waits.push(at.state === 'pending' ? (at.nextAt.getTime() - now.getTime()) / 60_000 : at.state);
    }
    expect(waits).toEqual([1, 5, 30, 120, 'failed']);
  });

  it('ends with its success, or with a refusal', () => {
    expect(afterAttempt(first, 'sent', now)).toMatchObject({ state: 'sent', attempts: 1 });
    expect(afterAttempt(first, 'refused', now)).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('that was not tried stands where it stood', () => {
    expect(afterAttempt({ ...first, attempts: 3 }, 'postponed', now)).toEqual({ ...first, attempts: 3 });
  });
});

describe('Switches', () => {
  const usual = switchesOf([]);

  it('are on for the inbox and off for mail until they are set', () => {
    expect(Object.keys(usual)).toEqual(NOTIFICATION_KINDS);
    expect(new Set(Object.values(usual).map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"inbox":true,"email":false}']),
    );
    const set = [{ kind: 'goal_missed', channel: 'email', enabled: true }] as const;
    expect(switchesOf(set)).toEqual({ ...usual, goal_missed: { inbox: true, email: true } });
  });

  it('tell what a change makes of them, and leave out what is so already', () => {
    const wanted = { task_ready: { inbox: false, email: false }, goal_missed: { inbox: true } };
    expect(switched(usual, wanted)).toEqual({
      after: { ...usual, task_ready: { inbox: false, email: false } },
      switches: [{ kind: 'task_ready', channel: 'inbox', enabled: false }],
      changes: { task_ready: { old: { inbox: true, email: false }, new: { inbox: false, email: false } } },
    });
    expect(switched(usual, {})).toEqual({ after: usual, switches: [], changes: {} });
  });
});

describe('A letter', () => {
  it('says of every kind what happened, in one line, and to whom', () => {
    const subjects = NOTIFICATION_KINDS.map((kind) => letterOf(kind, { title: 'Count\r\nBcc: x' }, 'Ada').subject);
    expect(new Set(subjects).size).toBe(NOTIFICATION_KINDS.length);
    for (const subject of subjects) expect(subject).toMatch(/^[A-Z][^\r\n]*: Count Bcc: x$/);
  });

  it('names what it is about by its ids', () => {
    const about = { task_id: TASK, title: 'Count', goal_id: GOAL, due_date: '2026-11-27T10:00:00.000Z' };
    expect(letterOf('task_due_tomorrow', about, 'Ada\nLovelace').text).toBe(
      [
        ...['Hello Ada Lovelace,', '', 'Your task is due tomorrow: Count.', ''],
        ...['Due: 2026-11-27T10:00:00.000Z', `Task: ${TASK}`, `Goal: ${GOAL}`, ''],
      ].join('\n'),
    );
  });

  it('does without ids and names', () => {
    expect(letterOf('goal_missed', { name: 'Sell' }, 'Ada').text).toBe('Hello Ada,\n\nYour goal was missed: Sell.\n\n');
    expect(letterOf('goal_missed', {}, 'Ada').subject).toBe('Your goal was missed: (without a name)');
  });
});
