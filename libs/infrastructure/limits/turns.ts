/**
 * So many at a time, of whom each takes a turn and gives it back. Others wait, in a line for each in whose name they wait: the lines go
 * round, so that one who asks for much waits for itself, and not everybody else for it. Within a line, first come first served.
 */
export class Turns {
  /** The one that has waited longest since its last turn comes first. */
  private readonly lines = new Map<string, (() => void)[]>();

  /** `patienceMs`: how long somebody waits. `longestLine`: for how many there is room to wait in one name. */
  constructor(
    private free: number,
    private readonly patienceMs: number,
    private readonly longestLine = Infinity,
  ) {}

  /** Whether the turn has come; it does not where the line is too long, or takes too long. */
  take(name = ''): Promise<boolean> {
    if (this.free === 0) return this.wait(name);
    this.free -= 1;
    return Promise.resolve(true);
  }

  give(): void {
    const [next] = this.lines;
    if (!next) {
      this.free += 1;
      return;
    }
    const [name, line] = next;
    this.lines.delete(name);
    const come = line.shift();
    if (line.length > 0) this.lines.set(name, line);
    come?.();
  }

  private wait(name: string): Promise<boolean> {
    const line = this.lines.get(name) ?? [];
    if (line.length >= this.longestLine) return Promise.resolve(false);
    this.lines.set(name, line);
    return new Promise((resolve) => {
      const come = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        line.splice(line.indexOf(come), 1);
        if (line.length === 0) this.lines.delete(name);
        resolve(false);
      }, this.patienceMs);
      line.push(come);
    });
  }
}
