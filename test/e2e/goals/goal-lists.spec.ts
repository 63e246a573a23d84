import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
let story: GoalStory;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await GoalStory.begin(app);
});

describe('The list of goals', () => {
  it('is filtered by each attribute, by several values for OR, and by several filters for AND', async () => {
    const [owner, driver] = ['0190b3c4-0000-7000-8000-00000000000a', '0190b3c4-0000-7000-8000-00000000000b'];
    const parent = await story.goal({ name: 'a', priority: 'low', goal_type: 'technical', risk_level: 'critical' });
    await story.goal({ name: 'b', priority: 'high', owner_id: owner, parent_goal_id: parent.id, category: 'Sales' });
    await story.goal({ name: 'c', priority: 'critical', origin_driver_id: driver, strategic_alignment: 'high' });
    await story.goal({
      name: 'd',
      status: 'draft',
      stakeholder_id: owner,
      business_actor_id: driver,
      business_value: 'low',
    });
    const cases: Readonly<Record<string, string[]>> = {
      'priority=low': ['a'],
      'priority=low&priority=CRITICAL': ['a', 'c'],
      'priority=low&priority=high&category=Sales': ['b'],
      'goal_type=technical': ['a'],
      'risk_level=critical': ['a'],
      'status=draft': ['d'],
      'status=completed&status=draft': ['d'],
      'strategic_alignment=high': ['c'],
      'business_value=low': ['d'],
      'assessment_status=pending': ['a', 'b', 'c', 'd'],
      'assessment_status=failed': [],
      [`owner_id=${owner.toUpperCase()}`]: ['b'],
      [`origin_driver_id=${driver}`]: ['c'],
      [`stakeholder_id=${owner}`]: ['d'],
      [`business_actor_id=${driver}`]: ['d'],
      [`parent_goal_id=${parent.id}`]: ['b'],
      'category=sales': [],
    };
    for (const [query, names] of Object.entries(cases))
      expect({ query, names: await story.names(`${query}&sort=name`) }).toEqual({ query, names });
  });

  it('is filtered by tags, found whole', async () => {
    await story.goal({ name: 'a', tags: ['x', 'y'] });
    await story.goal({ name: 'b', tags: ['y z'] });
    expect(await story.names('tag=y&sort=name')).toEqual(['a']);
    expect(await story.names('tag=x&tag=y%20z&sort=name')).toEqual(['a', 'b']);
  });

  it('is searched by the words of name and description, in any order and language', async () => {
    await story.goal({ name: 'Grow revenue abroad', description: 'Enter the Polish market: Łódź first.' });
    await story.goal({ name: 'Märkte öffnen', description: 'Polish the onboarding' });
    await story.goal({ name: 'Unrelated' });
    expect(await story.names('q=polish&sort=name')).toEqual(['Grow revenue abroad', 'Märkte öffnen']);
    expect(await story.names('q=market%20revenue')).toEqual(['Grow revenue abroad']);
    expect(await story.names(`q=${encodeURIComponent('"polish the"')}`)).toEqual(['Märkte öffnen']);
    expect(await story.names(`q=${encodeURIComponent('polish -łódź')}`)).toEqual(['Märkte öffnen']);
    expect(await story.names(`q=${encodeURIComponent('MÄRKTE')}`)).toEqual(['Märkte öffnen']);
    for (const words of ["' OR 1=1 --", '&|!', ':*', '()', '%', '\\'])
      expect((await story.ask('GET', `/goals?q=${encodeURIComponent(words)}`)).status).toBe(200);
  });

  it('is bounded by progress as it is shown, and by days until the target of open goals', async () => {
    const day = 86_400_000;
    const at = (days: number) => new Date(Date.now() + days * day).toISOString();
    const none = await story.goal({ name: 'none', target_date: at(3) });
    const half = await story.goal({ name: 'half', target_date: at(10) });
    const nearly = await story.goal({ name: 'nearly', target_date: at(-1) });
    const unknown = await story.goal({ name: 'unknown', progress_source: 'children' });
    const set = (id: string, progress: number) =>
      app.rows(`UPDATE goals SET progress = $2 WHERE id = $1`, [id, progress]);
    await set(half.id, 495_000);
    await set(nearly.id, 999_999);
    const cases: Readonly<Record<string, string[]>> = {
      'min_progress=50': ['half', 'nearly'],
      'min_progress=51': ['nearly'],
      'min_progress=99': ['nearly'],
      'min_progress=100': [],
      'max_progress=99': ['half', 'nearly', 'none'],
      'max_progress=98': ['half', 'none'],
      'max_progress=49': ['none'],
      'max_progress=100': ['half', 'nearly', 'none'],
      'min_progress=0&max_progress=50': ['half', 'none'],
      'due_within_days=5': ['none'],
      'due_within_days=11': ['half', 'none'],
      'due_within_days=0': [],
    };
    for (const [query, names] of Object.entries(cases))
      expect({ query, names: await story.names(`${query}&sort=name`) }).toEqual({ query, names });
    await story.change(none.id, 'achieved');
    expect(await story.names('due_within_days=5')).toEqual([]);
    expect(unknown.progress_percentage).toBeNull();
    expect(await story.ask('GET', '/goals?min_progress=50&max_progress=49')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '?min_progress' }] },
    });
  });

  it('is sorted by what it says, priorities by their weight, and paged by cursor in every order', async () => {
    for (const [name, priority] of [
      ['a', 'critical'],
      ['b', 'low'],
      ['c', 'high'],
      ['d', 'medium'],
      ['e', 'low'],
    ])
      await story.goal({ name, priority });
    expect(await story.names('sort=-priority,name')).toEqual(['a', 'c', 'd', 'b', 'e']);
    for (const sort of [
      '-priority,name',
      'progress_percentage,name',
      '-target_date,name',
      '-updated_at',
      'start_date',
    ]) {
      const whole = await story.names(`sort=${sort}`);
      const paged: string[] = [];
      let cursor: unknown = '';
      do {
        const query = `sort=${sort}&limit=2${cursor === '' ? '' : `&cursor=${String(cursor)}`}`;
        const { body } = await story.ask('GET', `/goals?${query}`);
        paged.push(...(body.items as { name: string }[]).map(({ name }) => name));
        cursor = body.next_cursor;
      } while (cursor !== null);
      expect({ sort, paged }).toEqual({ sort, paged: whole });
    }
  });
});
