import { COMMON_PASSWORDS } from '#domain/identity/common-passwords';
import { isEmail } from '#domain/identity/email';
import { passwordFaults } from '#domain/identity/password';
import { apiKeyText, invitationText, readApiKey, readInvitation } from '#domain/identity/secret-text';
import { worthOf, type Session } from '#domain/identity/session';

describe('An e-mail address', () => {
  it.each(['a@b', 'Ada.Lovelace+x@example.com', 'ü@exämple.com', `${'a'.repeat(316)}@b.c`])('can be %s', (text) => {
    expect(isEmail(text)).toBe(true);
  });

  it.each([undefined, 1, '', 'a', '@b', 'a@', 'a@b@c', 'a b@c', 'a@b\u0000', `${'a'.repeat(317)}@b.c`])(
    'is not %p',
    (text) => {
      expect(isEmail(text)).toBe(false);
    },
  );
});

describe('A password', () => {
  const codes = (password: string): string[] => passwordFaults(password, 'ada@example.com', 12).map(({ code }) => code);

  it('has as many characters as are asked for, counted as people count, and 128 at most', () => {
    expect(codes('🐎correct hor')).toEqual([]);
    expect([codes('🐎orrect hor'), codes('x'.repeat(129))]).toEqual([['length'], ['length']]);
    expect(passwordFaults('correct', 'a@b', 7)).toEqual([]);
  });

  it('is none of the first that are tried, not the address, and of more than two characters', () => {
    for (const word of ['Password1234', '121212121212', 'ADA@example.com', 'ababababababab'])
      expect(codes(word)).toEqual(['too-common']);
    expect(passwordFaults('password', 'a@b', 8, '/new_password')).toMatchObject([{ pointer: '/new_password' }]);
    expect([...COMMON_PASSWORDS].filter((word) => word.length < 8 || word !== word.toLowerCase())).toEqual([]);
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(200);
  });
});

describe('A refresh token that did not rotate its session', () => {
  const rotatedAt = new Date('2026-11-26T10:00:00Z');
  const session: Session = {
    id: 's',
    generation: 3,
    rotatedAt,
    expiresAt: new Date('2026-12-01T00:00:00Z'),
    isOver: false,
  };
  const after = (seconds: number): Date => new Date(rotatedAt.getTime() + seconds * 1000);

  it('came at the same time when it is the one before the latest, for ten seconds', () => {
    expect(worthOf(session, 2, after(10))).toBe('late');
    expect(worthOf(session, 2, after(10.001))).toBe('reused');
  });

  it('is in somebody else’s hands when it is older', () => {
    expect(worthOf(session, 1, after(0))).toBe('reused');
  });

  it('is worthless when the session is over, or never came so far', () => {
    expect(worthOf({ ...session, isOver: true }, 2, after(1))).toBe('worthless');
    expect(worthOf(session, 2, session.expiresAt)).toBe('worthless');
    expect(worthOf(session, 3, after(1))).toBe('worthless');
  });
});

describe('A secret that is given away once', () => {
  const of = {
    tenantId: '0190a000-0000-7000-8000-000000000001',
    id: '0190a000-0000-7000-8000-0000000000ff',
    secret: 'A-_'.repeat(14) + 'x',
  };

  it('is read as it was written', () => {
    expect(apiKeyText(of)).toMatch(/^gsk_0190a000[0-9a-f]{56}_A-_/);
    expect(readApiKey(apiKeyText(of))).toEqual(of);
    expect(readInvitation(invitationText(of))).toEqual(of);
  });

  it('is nothing else', () => {
    for (const text of ['', 'gsk_', invitationText(of), `${apiKeyText(of)}x`, apiKeyText(of).toUpperCase()])
      expect(readApiKey(text)).toBeUndefined();
    expect(readInvitation(apiKeyText(of))).toBeUndefined();
  });
});
