import { setTimeout as sleep } from 'node:timers/promises';
import { PREFIX } from '#infrastructure/http/server';
import type { Month } from '#infrastructure/demo/month';
import { WORKFLOWS, type ShopWorkflow } from '#infrastructure/demo/shop';

const MOST_ITEMS = 1000;

/** What `GET /workflows/{id}/goals/stats` says, as far as the table needs it. */
export interface Statistics {
  readonly total_enrolled: number;
  readonly goals_achieved: number;
  readonly conversion_rate: number | null;
  readonly median_time_to_goal_hours: number | null;
}

/** The service as the shop's own programs use it: over HTTP, with a token. */
export class ShopApi {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Answers the body of a success; waits where the service asks for it, and throws with what was said otherwise. */
  async ask<T>(method: 'GET' | 'POST', path: string, body?: unknown, attempts = 5): Promise<T> {
    const answer = await fetch(`${this.url}/${PREFIX}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const wait = answer.status === 503 || answer.status === 429 ? answer.headers.get('Retry-After') : null;
    if (wait !== null && attempts > 1) {
      await sleep(Number(wait) * 1000);
      return this.ask(method, path, body, attempts - 1);
    }
    if (!answer.ok) throw new Error(`${method} ${path} answered ${String(answer.status)}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** An active workflow with its goals, in force since the month began. Answers its id. */
  async make({ name, goal_logic, steps, goals }: ShopWorkflow, active_since: string): Promise<string> {
    const { id } = await this.ask<{ id: string }>('POST', '/workflows', { name, goal_logic, steps });
    for (const { goal_type, criteria, window_hours } of goals) {
      const goal = { goal_type, criteria, active_since, ...(window_hours !== undefined && { window_hours }) };
      await this.ask('POST', `/workflows/${id}/goals`, goal);
    }
    await this.ask('POST', `/workflows/${id}/activate`);
    return id;
  }

  /** Enrolls everybody whom the month enrolls in this workflow. */
  async enroll(id: string, { enrollments }: Month, workflow: ShopWorkflow): Promise<void> {
    const items = enrollments
      .filter((one) => one.workflow === workflow)
      .map(({ contact_id, enrolled_at }) => ({ contact_id, enrolled_at }));
    for (let from = 0; from < items.length; from += MOST_ITEMS) {
      const answer = await this.ask<{ items: { error: unknown }[] }>('POST', `/workflows/${id}/enrollments`, {
        items: items.slice(from, from + MOST_ITEMS),
      });
      const refused = answer.items.find(({ error }) => error);
      if (refused) throw new Error(`an enrollment was refused: ${JSON.stringify(refused)}`);
    }
  }

  statistics(id: string): Promise<Statistics> {
    return this.ask('GET', `/workflows/${id}/goals/stats`);
  }

  /** All workflows of the shop with everybody in them, as a map to their ids. */
  async open(month: Month, opened: (workflow: ShopWorkflow) => void): Promise<ReadonlyMap<ShopWorkflow, string>> {
    const ids = new Map<ShopWorkflow, string>();
    for (const workflow of WORKFLOWS) {
      const id = await this.make(workflow, month.start);
      await this.enroll(id, month, workflow);
      ids.set(workflow, id);
      opened(workflow);
    }
    return ids;
  }
}
