import { randomUUID } from 'node:crypto';
import type { Page, PageRequest } from '#application/shared/listing';
import type { DeadLetterView, ListedDeadLetterView } from '#application/workflows/dead-letter-views';
import type { DeadLetter, DeadLetters } from '#application/workflows/ports/dead-letters';
import { pageInMemory } from './pages';

interface Kept {
  readonly id: string;
  readonly letter: DeadLetter;
  readonly createdAt: Date;
}

export class InMemoryDeadLetters implements DeadLetters {
  private kept: Kept[] = [];
  readonly taken: { readonly id: string; readonly why: string }[] = [];

  constructor(
    private readonly tenants: readonly string[],
    private readonly now = () => new Date(),
  ) {}

  keep(letters: readonly DeadLetter[]): Promise<void> {
    for (const letter of letters) {
      const tenantId = this.tenants.find((id) => id === letter.tenantId) ?? null;
      const isKept = this.kept.some((one) => one.letter.tenantId === tenantId && one.letter.origin === letter.origin);
      if (!isKept) this.kept.push({ id: randomUUID(), letter: { ...letter, tenantId }, createdAt: this.now() });
    }
    return Promise.resolve();
  }

  take(tenantId: string, id: string, why: 'deleted' | 'replayed'): Promise<DeadLetter | null> {
    const found = this.of(tenantId).find((one) => one.id === id);
    if (!found) return Promise.resolve(null);
    this.kept = this.kept.filter((one) => one !== found);
    this.taken.push({ id, why });
    return Promise.resolve(found.letter);
  }

  letter(tenantId: string, id: string): Promise<DeadLetterView | null> {
    const found = this.of(tenantId).find((one) => one.id === id);
    return Promise.resolve(found ? { ...listed(found), raw: found.letter.raw.toString('base64') } : null);
  }

  letters(tenantId: string, page: PageRequest): Promise<Page<ListedDeadLetterView>> {
    const fits = (row: ListedDeadLetterView, filter: string, values: readonly string[]) =>
      values.includes(filter === 'way' ? row.way : row.reason);
    return Promise.resolve(pageInMemory(this.of(tenantId).map(listed), page, fits));
  }

  /** Those that belong to no tenant. */
  get ofNobody(): DeadLetter[] {
    return this.kept.map(({ letter }) => letter).filter(({ tenantId }) => tenantId === null);
  }

  private of(tenantId: string): Kept[] {
    return this.kept.filter(({ letter }) => letter.tenantId === tenantId);
  }
}

const listed = ({ id, letter, createdAt }: Kept): ListedDeadLetterView => ({
  id,
  way: letter.way,
  origin: letter.origin,
  reason: letter.reason,
  detail: letter.detail,
  preview: Array.from(letter.raw.toString()).slice(0, 1000).join(''),
  received_at: letter.receivedAt.toISOString(),
  created_at: createdAt.toISOString(),
});
