/** Where the server of a URL is: `redis[s]://[user[:password]@]host[:port]`. */
export const placeOf = ({ hostname, port }: URL): { host: string; port: number } => ({
  // An IPv6 address stands in brackets in a URL and nowhere else.
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port || 6379),
});

/** What the URL says besides: how to get in. */
export const accessOf = ({
  protocol,
  username,
  password,
}: URL): { username?: string; password?: string; tls?: object } => ({
  ...(protocol === 'rediss:' && { tls: {} }),
  ...(username !== '' && { username: decodeURIComponent(username) }),
  ...(password !== '' && { password: decodeURIComponent(password) }),
});
