import { Client } from 'pg';

/** A message on its way out, under the number it has in the stream. */
export interface OutgoingMessage {
  readonly seq: number;
  readonly id: string;
  /** JSON, as both the stream and the channel get it. */
  readonly json: string;
  /** Of what caused it, where that is traced. */
  readonly traceparent: string | null;
}

interface Row {
  readonly publish_seq: string;
  readonly message_id: string;
  readonly message: string;
  readonly traceparent: string | null;
}

const MOST = 500;
const PATIENCE_MS = 10_000;

/**
 * The relay's own session with PostgreSQL. Being the one relay is a lock of this session, so it must not come from the pool:
 * when the session is lost, so is the lock, and every later call here fails.
 */
export class OutboxSource {
  private constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<OutboxSource> {
    const client = new Client({
      connectionString: url,
      application_name: 'goal-service-relay',
      connectionTimeoutMillis: 5000,
      query_timeout: PATIENCE_MS,
      statement_timeout: PATIENCE_MS,
      keepAlive: true,
    });
    // The failure shows in the next call; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    // A machine that vanished must not keep the lock for the two hours of TCP's defaults.
    await client.query('SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3');
    return new OutboxSource(client);
  }

  /** Becomes the one relay, unless another session is. */
  async lock(): Promise<boolean> {
    const { rows } = await this.client.query<{ granted: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended('goal-service:relay', 0)) AS granted`,
    );
    return rows[0]?.granted === true;
  }

  /**
   * Notes that everything up to a number is sent (0: nothing new), and answers what is committed and was not sent, in its order;
   * numbered where it was not yet.
   */
  next(sent: number): Promise<OutgoingMessage[]> {
    return this.messages('SELECT * FROM relay_next($1, $2)', [sent, MOST]);
  }

  /** What was sent behind an entry and not before a time. */
  lost(after: number, since: Date): Promise<OutgoingMessage[]> {
    return this.messages('SELECT * FROM relay_lost($1, $2, $3)', [after, since, MOST]);
  }

  /** The first number that a stream with everything made since then has; `null` when nothing was ever sent. */
  async keptFrom(since: Date): Promise<number | null> {
    const { rows } = await this.client.query<{ seq: string | null }>('SELECT relay_kept_from($1) AS seq', [since]);
    const seq = rows[0]?.seq ?? null;
    return seq === null ? null : Number(seq);
  }

  /** Removes what was sent and is older than that, in short transactions. */
  async purge(before: Date): Promise<void> {
    for (let gone = MOST; gone > 0;) {
      const { rows } = await this.client.query<{ gone: number }>('SELECT relay_purge($1, $2) AS gone', [before, MOST]);
      gone = rows[0]?.gone ?? 0;
    }
  }

  /** Without waiting for a server that may hang: a closed connection gives the lock back as well. */
  close(): void {
    this.client.connection.stream.destroy();
  }

  private async messages(sql: string, parameters: unknown[]): Promise<OutgoingMessage[]> {
    const { rows } = await this.client.query<Row>(sql, parameters);
    return rows.map(({ publish_seq, message_id, message, traceparent }) => ({
      seq: Number(publish_seq),
      id: message_id,
      json: message,
      traceparent,
    }));
  }
}
