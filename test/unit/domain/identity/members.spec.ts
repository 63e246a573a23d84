import { mayGive, Member, type MemberState } from '#domain/identity/member';
import { scopeFaults } from '#domain/identity/scopes';
import { Actor } from '#domain/shared/actor';
import type { Role } from '#domain/shared/permissions';

const now = new Date('2026-11-26T10:00:00Z');

const state = (more: Partial<MemberState> = {}): MemberState => ({
  ...{ id: 'ada', tenantId: 't', version: 3, createdAt: now, createdBy: null, updatedAt: now, updatedBy: null },
  ...{ email: 'ada@example.com', name: 'Ada', role: 'Owner', status: 'active' },
  ...more,
});

const member = (more: Partial<MemberState> = {}): Member => new Member(state(more), state(more));

const by = (role: Role | null, keyId: string | null = null) => ({ role, keyId });

const refused = (code: string) => ({ ok: false, error: { code } });

describe('The role of an Owner', () => {
  it('is given by an Owner only, the others by whoever may give any', () => {
    const given = [mayGive('Owner', by('Owner')), mayGive('Admin', by('Admin')), mayGive('Admin', by(null))];
    expect(given.map(({ ok }) => ok)).toEqual([true, true, true]);
    for (const role of ['Admin', 'Editor', 'Viewer', null] as const)
      expect(mayGive('Owner', by(role))).toMatchObject(refused('forbidden'));
  });

  it('is neither given nor touched by an Admin', () => {
    expect(member().edit({ name: 'Eve' }, by('Admin'), ['ada', 'bob'])).toMatchObject(refused('forbidden'));
    expect(member({ role: 'Editor' }).edit({ role: 'Owner' }, by('Admin'), ['bob'])).toMatchObject(
      refused('forbidden'),
    );
    expect(member().mayBeRemoved(by('Admin'), ['ada', 'bob'])).toMatchObject(refused('forbidden'));
  });

  it('is given in person: a key of an Owner gives any other, and changes one who has it', () => {
    const key = by('Owner', 'k');
    expect(mayGive('Owner', key)).toMatchObject(refused('forbidden'));
    expect(mayGive('Admin', key).ok).toBe(true);
    expect(member({ role: 'Admin' }).edit({ role: 'Owner' }, key, ['bob'])).toMatchObject(refused('forbidden'));
    expect(member().edit({ name: 'Ada L.', role: 'Owner' }, key, ['ada', 'bob']).ok).toBe(true);
    expect(member().mayBeRemoved(key, ['ada', 'bob']).ok).toBe(true);
  });

  it('is not taken from the last active one in any way, of which only an Owner is told', () => {
    const last = member();
    for (const edit of [{ role: 'Admin' }, { status: 'disabled' }] as const)
      expect(last.edit(edit, by('Owner'), ['ada'])).toMatchObject(refused('user.last-owner'));
    expect(last.mayBeRemoved(by('Owner'), ['ada'])).toMatchObject(refused('user.last-owner'));
    expect(last.mayBeRemoved(by('Admin'), ['ada'])).toMatchObject(refused('forbidden'));
    expect(last.state).toEqual(state());
  });

  it('is taken while another remains', () => {
    const one = member();
    expect(one.mayBeRemoved(by('Owner'), ['ada', 'bob']).ok).toBe(true);
    expect(one.edit({ role: 'Editor', status: 'disabled' }, by('Owner'), ['ada', 'bob']).ok).toBe(true);
    expect(one.state).toMatchObject({ role: 'Editor', status: 'disabled', name: 'Ada' });
  });

  it('is kept by the last one whose name changes, and means nothing for one who is disabled already', () => {
    expect(member().edit({ name: 'Ada L.' }, by('Owner'), ['ada']).ok).toBe(true);
    expect(member({ status: 'disabled' }).edit({ role: 'Viewer' }, by('Owner'), ['bob']).ok).toBe(true);
    expect(member({ status: 'disabled' }).mayBeRemoved(by('Owner'), ['bob']).ok).toBe(true);
  });
});

describe('The scopes of a key', () => {
  const maker = Actor.key('t', 'k', 'ada', 'Owner', ['goal:read', 'api_key:create']);
  const codes = (...scopes: string[]) => scopeFaults(scopes, maker).map(({ pointer, code }) => [pointer, code]);

  it('are permissions of the maker, each once', () => {
    expect(codes('goal:read', 'api_key:create')).toEqual([]);
    expect(codes('goal:fly', 'goal:read', 'goal:read', 'goal:create')).toEqual([
      ['/scopes/0', 'unknown'],
      ['/scopes/2', 'twice'],
      ['/scopes/3', 'not-yours'],
    ]);
    expect(scopeFaults(['constructor'], Actor.member('t', 'ada', 'Owner'))).toMatchObject([{ code: 'unknown' }]);
  });
});
