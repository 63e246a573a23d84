/** One part of the service as an operator sees it. `age_seconds`: since it last did what it is for. */
export interface PartHealth {
  readonly state: 'ok' | 'degraded' | 'down' | 'off';
  readonly age_seconds: number | null;
  readonly detail?: string;
}
