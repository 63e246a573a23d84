import { randomUUID } from 'node:crypto';
import { TestApp, type Answer } from '../../support/app';
import { GoalStory } from '../../support/goal-story';
import { pointersOf, wellDone, type GoalAnswer, type Json } from '../../support/stories';

const REQUIREMENT = { linked_element_type: 'Requirement', link_type: 'realizes' };

describe('Goal links (SPEC 5, ARCHIMATE)', () => {
  let app: TestApp;
  let story: GoalStory;

  beforeAll(async () => {
    app = await TestApp.start();
    story = await GoalStory.begin(app, 'Admin');
  });
  afterAll(() => app.stop());

  const goalOf = async (of = story): Promise<string> => {
    const { id } = await of.goal({ name: 'Answer within a day', goal_type: 'strategic' });
    return id;
  };

  const link = (goal: string, body: Json = {}): Promise<GoalAnswer> =>
    story.ask('POST', `/goals/${goal}/links`, { linked_element_id: randomUUID(), ...REQUIREMENT, ...body });

  const linked = async (goal: string, body?: Json): Promise<GoalAnswer['body']> =>
    wellDone(await link(goal, body), 201).body;

  const linksOf = async (goal: string): Promise<unknown> => (await story.ask('GET', `/goals/${goal}/links`)).body.total;

  it('links a goal with what realizes it, and shows what that is in ArchiMate', async () => {
    const goal = await goalOf();
    const linked_element_id = randomUUID();
    const made = await link(goal, { linked_element_id, linked_element_name: 'First answer within 24 hours' });
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/api/v1/goals/${goal}/links/${made.body.id}` },
      body: {
        goal_id: goal,
        linked_element_id,
        linked_element_type: 'Requirement',
        linked_element_name: 'First answer within 24 hours',
        link_type: 'realizes',
        direction: 'element_to_goal',
        relationship: 'Realization',
        relationship_strength: 'medium',
        contribution_level: 'medium',
        polarity: 'neutral',
        influence_modifier: null,
        version: 1,
        created_by: story.tenant.userId,
      },
    });
    expect((await story.ask('GET', `/goals/${goal}/links/${made.body.id}`)).body).toEqual(made.body);
    expect((await story.ask('GET', `/goals/${goal}/links`)).body).toMatchObject({ items: [made.body], total: 1 });
  });

  it('reads element types in snake_case and answers them in PascalCase', async () => {
    const made = await linked(await goalOf(), { linked_element_type: 'course_of_action', link_type: 'supports' });
    expect(made).toMatchObject({
      linked_element_type: 'CourseOfAction',
      relationship: 'Influence',
      polarity: 'positive',
      influence_modifier: '+',
    });
  });

  it('takes what the document offers as examples', async () => {
    interface Document {
      readonly paths: Record<
        string,
        { post: { requestBody: { content: Record<string, { examples: Record<string, { value: Json }> }> } } }
      >;
    }
    const { paths } = (await app.ask<Document>('GET', '//docs-json')).body;
    const { examples } = paths['/api/v1/goals/{id}/links']!.post.requestBody.content['application/json']!;
    expect(Object.keys(examples)).toEqual(['realizes', 'supports', 'influences']);
    const goal = await goalOf();
    for (const { value } of Object.values(examples))
      expect((await story.ask('POST', `/goals/${goal}/links`, value)).status).toBe(201);
  });

  describe('The cases of the document', () => {
    it.each([
      ['Requirement', 'realizes', 'element_to_goal'],
      ['Outcome', 'realizes', 'element_to_goal'],
      ['Stakeholder', 'influences', 'element_to_goal'],
      ['Driver', 'influences', 'goal_to_element'],
      ['Assessment', 'influences', 'element_to_goal'],
      ['Capability', 'influences', 'element_to_goal'],
      ['ImplementationEvent', 'influences', 'element_to_goal'],
      ['Gap', 'enables', 'element_to_goal'],
      ['Principle', 'governs', 'element_to_goal'],
      ['Location', 'governs', 'element_to_goal'],
    ])('has %s, %s, %s', async (linked_element_type, link_type, direction) => {
      expect((await link(await goalOf(), { linked_element_type, link_type, direction })).status).toBe(201);
    });

    it.each([
      ['Requirement', 'realizes', 'goal_to_element', 'Realization', 'reverse the direction'],
      ['Stakeholder', 'realizes', 'element_to_goal', 'Realization', null],
      ['Driver', 'realizes', 'element_to_goal', 'Realization', null],
      ['Assessment', 'realizes', 'element_to_goal', 'Realization', null],
      ['ImplementationEvent', 'realizes', 'element_to_goal', 'Realization', null],
      ['Gap', 'realizes', 'element_to_goal', 'Realization', null],
      ['Gap', 'influences', 'element_to_goal', 'Influence', null],
      ['Capability', 'influences', 'goal_to_element', 'Influence', 'reverse the direction'],
      ['Principle', 'governs', 'goal_to_element', 'Influence', 'reverse the direction'],
    ])('has not %s, %s, %s', async (linked_element_type, link_type, direction, relationship, hint) => {
      const goal = await goalOf();
      const refused = await link(goal, { linked_element_type, link_type, direction });
      const [source_type, target_type] =
        direction === 'element_to_goal' ? [linked_element_type, 'Goal'] : ['Goal', linked_element_type];
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'goal_link.relationship-not-allowed', source_type, target_type, relationship, hint },
      });
      const { allowed } = refused.body as unknown as { allowed: readonly Json[] };
      expect(allowed.length).toBeGreaterThan(0);
      for (const one of allowed)
        expect(await link(goal, { linked_element_type, ...one })).toMatchObject({ status: 201 });
    });

    it('has no goal that realizes a goal, and one that influences it', async () => {
      const [goal, other] = [await goalOf(), await goalOf()];
      const element = { linked_element_id: other, linked_element_type: 'Goal' };
      expect(await link(goal, element)).toMatchObject({
        status: 422,
        body: { code: 'goal_link.relationship-not-allowed', source_type: 'Goal', target_type: 'Goal' },
      });
      expect((await link(goal, { ...element, link_type: 'influences' })).status).toBe(201);
    });
  });

  it.each(['banana', 'COURSE_OF_ACTION', 'courseOfAction', '', 'Goal ', 7, null])(
    'refuses the element type %j, the second time too, and stores nothing',
    async (linked_element_type) => {
      const goal = await goalOf();
      for (const time of ['first', 'second']) {
        const refused = await link(goal, { linked_element_type });
        expect([time, refused.status, pointersOf(refused)]).toEqual([time, 422, ['/linked_element_type']]);
      }
      expect(await linksOf(goal)).toBe(0);
    },
  );

  it('names every faulty field at once', async () => {
    const refused = await link(await goalOf(), {
      linked_element_id: 'x',
      linked_element_type: 'banana',
      linked_element_name: 7,
      link_type: 'causes',
      direction: 'both',
      relationship_strength: 'enormous',
      contribution_level: 11,
      polarity: null,
      relationship: 'Realization',
    });
    expect([refused.status, pointersOf(refused)]).toEqual([
      422,
      [
        '/contribution_level',
        '/direction',
        '/link_type',
        '/linked_element_id',
        '/linked_element_name',
        '/linked_element_type',
        '/polarity',
        '/relationship',
        '/relationship_strength',
      ],
    ]);
  });

  it('names the faults of rule together with what is not allowed', async () => {
    const goal = await goalOf();
    const wrong = { linked_element_id: goal, linked_element_type: 'Goal', linked_element_name: ' ' };
    const refused = await link(goal, wrong);
    expect(refused.body).toMatchObject({ code: 'goal_link.relationship-not-allowed' });
    expect(pointersOf(refused)).toEqual(['/link_type', '/linked_element_id', '/linked_element_name']);
  });

  it('refuses another polarity for what supports or enables a goal', async () => {
    const goal = await goalOf();
    for (const link_type of ['supports', 'enables'])
      for (const polarity of ['negative', 'neutral'])
        expect(pointersOf(await link(goal, { link_type, polarity }))).toEqual(['/polarity']);
    const { id, version } = await linked(goal, { link_type: 'supports', polarity: 'positive' });
    const refused = await story.ask('PATCH', `/goals/${goal}/links/${id}`, { polarity: 'negative' }, { version });
    expect([refused.status, pointersOf(refused)]).toEqual([422, ['/polarity']]);
  });

  describe('The same link', () => {
    it('is refused the second time, naming the one that is there', async () => {
      const goal = await goalOf();
      const linked_element_id = randomUUID();
      const { id } = await linked(goal, { linked_element_id });
      const again = { linked_element_id: linked_element_id.toUpperCase(), contribution_level: 'low' };
      expect(await link(goal, again)).toMatchObject({
        status: 409,
        body: { code: 'goal_link.duplicate', existing_id: id },
      });
      expect((await link(goal, { linked_element_id, link_type: 'influences' })).status).toBe(201);
      expect((await link(await goalOf(), { linked_element_id })).status).toBe(201);
    });

    it('is made once by many at once, and all others are told which one is there', async () => {
      for (let round = 0; round < 5; round += 1) {
        const goal = await goalOf();
        const linked_element_id = randomUUID();
        const answers = await Promise.all(Array.from({ length: 6 }, () => link(goal, { linked_element_id })));
        const made = answers.filter(({ status }) => status === 201);
        expect(made).toHaveLength(1);
        for (const answer of answers.filter((one) => one !== made[0]))
          expect(answer).toMatchObject({ status: 409, body: { existing_id: made[0]!.body.id } });
        expect(await linksOf(goal)).toBe(1);
      }
    });

    it('can be made again once it was deleted', async () => {
      const goal = await goalOf();
      const linked_element_id = randomUUID();
      const { id, version } = await linked(goal, { linked_element_id });
      expect((await story.ask('DELETE', `/goals/${goal}/links/${id}`, undefined, { version })).status).toBe(204);
      expect((await link(goal, { linked_element_id })).body.id).not.toBe(id);
    });
  });

  describe('A goal as an element', () => {
    const influence = (goal: string, linked_element_id: string) =>
      link(goal, { linked_element_id, linked_element_type: 'Goal', link_type: 'influences' });

    const essence = ({ status, body }: Answer<Json>) => ({ status, ...body, instance: null });

    it('must be one of the tenant: an unknown, a foreign and a deleted one are answered alike', async () => {
      const goal = await goalOf();
      const [foreign, deleted] = [await goalOf(await GoalStory.begin(app, 'Admin')), await goalOf()];
      await story.discard(deleted);
      const unknown = await influence(goal, randomUUID());
      expect([unknown.status, unknown.body.errors]).toMatchObject([
        422,
        [{ pointer: '/linked_element_id', code: 'unknown' }],
      ]);
      expect(essence(await influence(goal, foreign))).toEqual(essence(unknown));
      expect(essence(await influence(goal, deleted))).toEqual(essence(unknown));
      expect(await linksOf(goal)).toBe(0);
    });

    it('must be another one', async () => {
      const goal = await goalOf();
      expect(await influence(goal, goal.toUpperCase())).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/linked_element_id', code: 'itself' }] },
      });
    });

    it('leaves its links with others when it is deleted', async () => {
      const [goal, other] = [await goalOf(), await goalOf()];
      const { body } = await influence(goal, other);
      await story.discard(other);
      expect((await story.ask('GET', `/goals/${goal}/links/${body.id}`)).body).toEqual(body);
    });
  });

  describe('Changing and deleting', () => {
    it('changes strength, contribution, polarity and name, and nothing else', async () => {
      const goal = await goalOf();
      const made = await linked(goal, { linked_element_type: 'course_of_action' });
      const path = `/goals/${goal}/links/${made.id}`;
      const patch = {
        linked_element_name: 'Hire two more',
        relationship_strength: 'strong',
        contribution_level: 'high',
        polarity: 'negative',
      };
      const repeated = {
        linked_element_id: String(made.linked_element_id).toUpperCase(),
        linked_element_type: 'course_of_action',
        link_type: 'Realizes',
        direction: 'element_to_goal',
      };
      const edited = await story.ask('PATCH', path, { ...patch, ...repeated }, { version: 1 });
      expect(edited).toMatchObject({
        status: 200,
        headers: { etag: '"2"' },
        body: { ...made, ...patch, version: 2, updated_at: expect.any(String) as string },
      });
      const cleared = await story.ask('PATCH', path, { linked_element_name: null }, { version: 2 });
      expect(cleared.body).toMatchObject({ linked_element_name: null, version: 3 });
    });

    it('refuses another element, type, link type or direction', async () => {
      const goal = await goalOf();
      const { id } = await linked(goal);
      const other = {
        linked_element_id: randomUUID(),
        linked_element_type: 'Capability',
        link_type: 'supports',
        direction: 'goal_to_element',
      };
      const refused = await story.ask('PATCH', `/goals/${goal}/links/${id}`, other, { version: 1 });
      expect([refused.status, pointersOf(refused)]).toEqual([
        422,
        ['/direction', '/link_type', '/linked_element_id', '/linked_element_type'],
      ]);
    });

    it('is 412 with a stale version, and loses nothing', async () => {
      const goal = await goalOf();
      const { id } = await linked(goal);
      const path = `/goals/${goal}/links/${id}`;
      await story.must(200, 'PATCH', path, { contribution_level: 'high' }, { version: 1 });
      const stale = { status: 412, body: { code: 'version-mismatch', current_version: 2 } };
      expect(await story.ask('PATCH', path, { contribution_level: 'low' }, { version: 1 })).toMatchObject(stale);
      expect(await story.ask('DELETE', path, undefined, { version: 1 })).toMatchObject(stale);
      expect((await story.ask('GET', path)).body).toMatchObject({ contribution_level: 'high', version: 2 });
    });

    it('lets one of a change and a deletion at once through', async () => {
      const goal = await goalOf();
      for (let round = 0; round < 5; round += 1) {
        const { id } = await linked(goal);
        const path = `/goals/${goal}/links/${id}`;
        const [changed, deleted] = await Promise.all([
          story.ask('PATCH', path, { contribution_level: 'high' }, { version: 1 }),
          story.ask('DELETE', path, undefined, { version: 1 }),
        ]);
        expect([
          [200, 412],
          [404, 204],
          [412, 204],
        ]).toContainEqual([changed.status, deleted.status]);
      }
    });

    it('deletes for good; the audit log keeps the link, and who made and deleted it', async () => {
      const goal = await goalOf();
      const made = await linked(goal, { linked_element_name: 'A requirement' });
      const path = `/goals/${goal}/links/${made.id}`;
      expect((await story.ask('DELETE', path, undefined, { version: 1 })).status).toBe(204);
      expect(await story.ask('GET', path)).toMatchObject({ status: 404, body: { code: 'goal_link.not-found' } });
      expect(await story.ask('DELETE', path, undefined, { version: 1 })).toMatchObject({ status: 404 });
      expect(await app.rows('SELECT 1 FROM goal_links WHERE id = $1', [made.id])).toEqual([]);
      const log = `/audit-log?entity_type=goal_link&entity_id=${made.id}&sort=occurred_at`;
      const { items: entries } = await story.must<{ items: readonly Json[] }>(200, 'GET', log);
      expect(entries).toMatchObject([
        { action: 'goal_link.created', changes: { linked_element_name: { old: null, new: 'A requirement' } } },
        {
          action: 'goal_link.deleted',
          changes: {
            goal_id: { old: goal, new: null },
            linked_element_id: { old: made.linked_element_id, new: null },
            linked_element_name: { old: 'A requirement', new: null },
            link_type: { old: 'realizes', new: null },
          },
        },
      ]);
      expect(entries.map((entry) => entry.actor_id)).toEqual([story.tenant.userId, story.tenant.userId]);
    });
  });

  it('tells what becomes of a link, by its actor and version', async () => {
    const goal = await goalOf();
    const { id, linked_element_id } = await linked(goal);
    const path = `/goals/${goal}/links/${id}`;
    await story.must(200, 'PATCH', path, { contribution_level: 'high' }, { version: 1 });
    await story.must(200, 'PATCH', path, { contribution_level: 'high' }, { version: 2 });
    await story.must(204, 'DELETE', path, undefined, { version: 2 });
    const details = {
      link_id: id,
      linked_element_id,
      linked_element_type: 'Requirement',
      link_type: 'realizes',
      direction: 'element_to_goal',
      relationship: 'Realization',
    };
    const user_id = story.tenant.userId;
    expect(await story.told({ goal, type: 'goal_link.' })).toMatchObject([
      { event_type: 'goal_link.created', user_id, version: 1, details },
      {
        event_type: 'goal_link.updated',
        user_id,
        version: 2,
        details: { ...details, changes: { contribution_level: { old: 'medium', new: 'high' } } },
      },
      { event_type: 'goal_link.deleted', user_id, version: 3, details },
    ]);
  });

  it('can be made and changed while the goal is closed', async () => {
    const goal = await goalOf();
    await story.must(200, 'POST', `/goals/${goal}/transitions`, { to: 'achieved' });
    const { id } = await linked(goal);
    const path = `/goals/${goal}/links/${id}`;
    expect((await story.ask('PATCH', path, { polarity: 'positive' }, { version: 1 })).status).toBe(200);
    expect((await story.ask('DELETE', path, undefined, { version: 2 })).status).toBe(204);
  });

  it('stays with a goal that is deleted, unseen until the goal is back', async () => {
    const goal = await goalOf();
    const { id } = await linked(goal);
    const path = `/goals/${goal}/links`;
    await story.discard(goal);
    const gone = { status: 404, body: { code: 'goal.not-found' } };
    expect(await link(goal)).toMatchObject(gone);
    for (const one of [path, `${path}/${id}`, `/goals/${goal}/realization-map`])
      expect(await story.ask('GET', one)).toMatchObject(gone);
    expect(await story.ask('PATCH', `${path}/${id}`, {}, { version: 1 })).toMatchObject(gone);
    expect(await story.ask('DELETE', `${path}/${id}`, undefined, { version: 1 })).toMatchObject(gone);
    await story.must(200, 'POST', `/goals/${goal}/restore`);
    expect(await story.ask('GET', path)).toMatchObject({ status: 200, body: { total: 1 } });
  });

  it('lists links by what they are, page after page', async () => {
    const goal = await goalOf();
    const made: string[] = [];
    for (const more of [
      { linked_element_type: 'Capability' },
      { linked_element_type: 'Driver', link_type: 'influences', direction: 'goal_to_element', polarity: 'negative' },
      { linked_element_type: 'Gap', link_type: 'enables', contribution_level: 'low' },
    ])
      made.push((await linked(goal, more)).id);
    const [capability, driver, gap] = made;
    const ids = async (query: string) => {
      const { body } = await story.ask<{ items: { id: string }[] }>('GET', `/goals/${goal}/links?${query}`);
      return body.items.map(({ id }) => id);
    };
    expect(await ids('')).toEqual([gap, driver, capability]);
    expect(await ids('sort=created_at')).toEqual([capability, driver, gap]);
    expect(await ids('linked_element_type=gap&linked_element_type=Driver')).toEqual([gap, driver]);
    expect(await ids('link_type=influences')).toEqual([driver]);
    expect(await ids('direction=element_to_goal&contribution_level=low')).toEqual([gap]);
    expect(await ids('polarity=negative&relationship_strength=medium')).toEqual([driver]);
    const goals = await story.ask<{ items: { id: string }[] }>('GET', `/goals?linked_element_type=gap`);
    expect(goals.body.items.map(({ id }) => id)).toContain(goal);
    const first = await story.ask<{ next_cursor: string }>('GET', `/goals/${goal}/links?limit=2`);
    expect(await ids(`limit=2&cursor=${first.body.next_cursor}`)).toEqual([capability]);
  });

  describe('The realization map', () => {
    const mapOf = async (goal: string): Promise<Json> => story.must(200, 'GET', `/goals/${goal}/realization-map`);

    it('has exactly its keys, and no score where nothing realizes the goal', async () => {
      const goal = await goalOf();
      expect(await mapOf(goal)).toEqual({
        goal_id: goal,
        linked_elements_count: 0,
        requirements_count: 0,
        capabilities_count: 0,
        courses_of_action_count: 0,
        stakeholders_count: 0,
        assessments_count: 0,
        overall_realization_score: null,
        last_assessed: null,
        by_type: {},
        by_relationship: { Association: 0, Influence: 0, Realization: 0 },
      });
    });

    it('scores what realizes the goal, and counts influences as nothing but influences', async () => {
      const goal = await goalOf();
      await linked(goal, { link_type: 'influences', contribution_level: 'high' });
      expect((await mapOf(goal)).overall_realization_score).toBeNull();
      const linked_element_id = randomUUID();
      await linked(goal, { linked_element_id, contribution_level: 'high' });
      await linked(goal, { linked_element_id, link_type: 'influences', contribution_level: 'low' });
      await linked(goal, { linked_element_type: 'capability', contribution_level: 'medium' });
      await linked(goal, { linked_element_type: 'course_of_action', contribution_level: 'low' });
      await linked(goal, { linked_element_type: 'stakeholder', link_type: 'governs' });
      await app.rows(`UPDATE goals SET last_assessment_date = '2026-03-01T12:00:00Z' WHERE id = $1`, [goal]);
      expect(await mapOf(goal)).toEqual({
        goal_id: goal,
        linked_elements_count: 5,
        requirements_count: 2,
        capabilities_count: 1,
        courses_of_action_count: 1,
        stakeholders_count: 1,
        assessments_count: 0,
        overall_realization_score: (1 + 0.5 + 0.25) / 3,
        last_assessed: '2026-03-01T12:00:00.000Z',
        by_type: { Requirement: 2, Capability: 1, CourseOfAction: 1, Stakeholder: 1 },
        by_relationship: { Association: 1, Influence: 2, Realization: 3 },
      });
    });
  });
});
