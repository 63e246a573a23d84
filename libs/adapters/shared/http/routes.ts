import { Injectable } from '@nestjs/common';

/** The routes of the running application; tells which methods a path has, for 405 and its `Allow`. */
@Injectable()
export class Routes {
  private readonly known: { readonly pattern: RegExp; readonly methods: Set<string>; readonly url: string }[] = [];

  add(methods: readonly string[], url: string): void {
    if (url.includes('*')) return;
    const route = this.known.find((one) => one.url === url) ?? this.put(url);
    for (const method of methods) route.methods.add(method);
  }

  /** The methods of an address, whatever its query; none when there is no such route. */
  methodsOf(url: string): readonly string[] {
    const path = url.replace(/[?#].*$/s, '');
    return [...new Set(this.known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]))];
  }

  private put(url: string) {
    const pattern = url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/');
    const route = { url, pattern: new RegExp(`^${pattern}$`), methods: new Set<string>() };
    this.known.push(route);
    return route;
  }
}
