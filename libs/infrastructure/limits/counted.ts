import { isIPv6 } from 'node:net';
import type { FastifyReply } from 'fastify';
import { Refused } from '#adapters/shared/http/problem';
import type { Verdict } from '#infrastructure/limits/window';

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** Tells the caller what is left of their limit, and refuses (429) when nothing is. Of several limits the tightest is told. */
export const tellOrRefuse = (reply: FastifyReply, verdict: Verdict | undefined): void => {
  if (!verdict) return;
  const { limit, resetMs, isAllowed } = verdict;
  if (!isAllowed || isTighter(verdict, reply)) tell(reply, verdict);
  if (isAllowed) return;
  const message = `No more than ${String(limit)} requests a minute are taken here. Try again in ${seconds(resetMs)} s.`;
  throw new Refused(
    { kind: 'limited', code: 'rate-limited', message },
    { headers: { 'Retry-After': seconds(resetMs) } },
  );
};

const LEFT = 'RateLimit-Remaining';

const isTighter = ({ remaining }: Verdict, reply: FastifyReply): boolean =>
  !reply.hasHeader(LEFT) || remaining < Number(reply.getHeader(LEFT));

const tell = (reply: FastifyReply, { limit, remaining, resetMs }: Verdict): void => {
  void reply.headers({
    'RateLimit-Limit': String(limit),
    [LEFT]: String(remaining),
    'RateLimit-Reset': seconds(resetMs),
  });
};

/** Whose address it is: of IPv6 the network of 64 bits, of which a caller has all the addresses. */
export const networkOf = (ip: string): string => {
  if (!isIPv6(ip) || ip.startsWith('::ffff:')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  return [...groups, ...Array.from({ length: zeros }, () => '0')].slice(0, 4).join(':');
};
