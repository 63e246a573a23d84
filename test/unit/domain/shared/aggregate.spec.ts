import { Aggregate, firstVersion, mayHaveSeen, mustHaveSeen, stale, type Versioned } from '#domain/shared/aggregate';
import { done, err } from '#domain/shared/result';

interface NoteState extends Versioned {
  readonly text: string;
}

class Note extends Aggregate<NoteState> {
  write(text: string): void {
    this.change({ text });
  }
}

const now = new Date('2026-01-10T08:00:00.000Z');
const state: NoteState = { ...firstVersion('note-1', 'tenant-1', 'user-1', now), text: 'old' };

describe('an aggregate', () => {
  it('begins with version 1 and says who made it', () => {
    expect(state).toMatchObject({
      version: 1,
      createdBy: 'user-1',
      updatedBy: 'user-1',
      createdAt: now,
      updatedAt: now,
    });
  });

  it('keeps what was stored beside what has become of it', () => {
    const note = new Note(state, state);
    note.write('new');
    expect([note.stored?.text, note.state.text]).toEqual(['old', 'new']);
    expect(note.facts).toEqual([]);
  });
});

describe('the seen version', () => {
  it('must be given for PATCH and DELETE', () => {
    expect(mustHaveSeen(7, undefined)).toMatchObject({ error: { kind: 'unversioned', code: 'precondition-required' } });
    expect(mustHaveSeen(7, undefined)).toMatchObject({
      error: { message: expect.stringContaining('If-Match: "7"') as string },
    });
  });

  it('must be the present one', () => {
    expect(mustHaveSeen(7, 7)).toEqual(done);
    expect(mustHaveSeen(7, 6)).toEqual(err(stale(7)));
    expect(stale(7)).toMatchObject({ kind: 'stale', code: 'version-mismatch', details: { current_version: 7 } });
  });

  it('is checked for actions only when it is given', () => {
    expect(mayHaveSeen(7, undefined)).toEqual(done);
    expect(mayHaveSeen(7, 7)).toEqual(done);
    expect(mayHaveSeen(7, 8)).toEqual(err(stale(7)));
  });
});
