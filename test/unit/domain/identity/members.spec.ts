import { mayGive, Member, type MemberState } from '#domain/identity/member';
import { scopeFaults } from '#domain/identity/scopes';
import { Actor } from '#domain/shared/actor';

const now = new Date('2026-11-26T10:00:00Z');

const state = (more: Partial<MemberState> = {}): MemberState => ({
  ...{ id: 'ada', tenantId: 't', version: 3, createdAt: now, createdBy: null, updatedAt: now, updatedBy: null },
  ...{ email: 'ada@example.com', name: 'Ada', role: 'Owner', status: 'active' },
  ...more,
});

const member = (more: Partial<MemberState> = {}): Member => new Member(state(more), state(more));

const refused = (code: string) => ({ ok: false, error: { code } });

describe('The role of an Owner', () => {
  it('is given by an Owner only, the others by whoever may give any', () => {
    expect([mayGive('Owner', 'Owner').ok, mayGive('Admin', 'Admin').ok, mayGive('Admin', null).ok]).toEqual([
      ...[true, true, true],
    ]);
    for (const by of ['Admin', 'Editor', 'Viewer', null] as const)
      expect(mayGive('Owner', by)).toMatchObject(refused('forbidden'));
  });

  it('is neither given nor touched by an Admin', () => {
    expect(member().edit({ name: 'Eve' }, 'Admin', ['ada', 'bob'])).toMatchObject(refused('forbidden'));
    expect(member({ role: 'Editor' }).edit({ role: 'Owner' }, 'Admin', ['bob'])).toMatchObject(refused('forbidden'));
    expect(member().mayBeRemoved('Admin', ['ada', 'bob'])).toMatchObject(refused('forbidden'));
  });

  it('is not taken from the last active one in any way, of which only an Owner is told', () => {
    const last = member();
    for (const edit of [{ role: 'Admin' }, { status: 'disabled' }] as const)
      expect(last.edit(edit, 'Owner', ['ada'])).toMatchObject(refused('user.last-owner'));
    expect(last.mayBeRemoved('Owner', ['ada'])).toMatchObject(refused('user.last-owner'));
    expect(last.mayBeRemoved('Admin', ['ada'])).toMatchObject(refused('forbidden'));
    expect(last.state).toEqual(state());
  });

  it('is taken while another remains', () => {
    const one = member();
    expect(one.mayBeRemoved('Owner', ['ada', 'bob']).ok).toBe(true);
    expect(one.edit({ role: 'Editor', status: 'disabled' }, 'Owner', ['ada', 'bob']).ok).toBe(true);
    expect(one.state).toMatchObject({ role: 'Editor', status: 'disabled', name: 'Ada' });
  });

  it('is kept by the last one whose name changes, and means nothing for one who is disabled already', () => {
    expect(member().edit({ name: 'Ada L.' }, 'Owner', ['ada']).ok).toBe(true);
    expect(member({ status: 'disabled' }).edit({ role: 'Viewer' }, 'Owner', ['bob']).ok).toBe(true);
    expect(member({ status: 'disabled' }).mayBeRemoved('Owner', ['bob']).ok).toBe(true);
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
