import { accessOf, placeOf } from '#infrastructure/redis/address';

describe('a URL of Redis', () => {
  it('names a server and how to get in', () => {
    const url = new URL('rediss://goal-service:p%40ss@redis.example.com:6380/2');
    expect(placeOf(url)).toEqual({ host: 'redis.example.com', port: 6380 });
    expect(accessOf(url)).toEqual({ username: 'goal-service', password: 'p@ss', tls: {} });
  });

  it('may leave out all but the host, which may be an address', () => {
    expect(placeOf(new URL('redis://cache'))).toEqual({ host: 'cache', port: 6379 });
    expect(placeOf(new URL('redis://[::1]:7000'))).toEqual({ host: '::1', port: 7000 });
    expect(accessOf(new URL('redis://cache'))).toEqual({});
  });
});
