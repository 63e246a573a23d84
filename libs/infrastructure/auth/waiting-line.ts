/** So many at a time: others wait in a line that is no longer than it may be, each for no longer than it may. */
export class WaitingLine {
  private underWay = 0;
  private readonly line: (() => void)[] = [];

  constructor(
    private readonly most: number,
    private readonly longestLine: number,
    private readonly patienceMs: number,
  ) {}

  /** Whether the turn has come. Whoever it has come to ends it. */
  begin(): Promise<boolean> {
    if (this.underWay < this.most) {
      this.underWay += 1;
      return Promise.resolve(true);
    }
    return this.line.length < this.longestLine ? this.wait() : Promise.resolve(false);
  }

  /** The next in the line takes the place. */
  end(): void {
    const next = this.line.shift();
    if (next) next();
    else this.underWay -= 1;
  }

  private wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const come = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.line.splice(this.line.indexOf(come), 1);
        resolve(false);
      }, this.patienceMs);
      this.line.push(come);
    });
  }
}
