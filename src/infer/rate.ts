/** How many of something there were per second of late. */

const WINDOW_MS = 5000;

export class Rate {
  readonly #now: () => number;
  #events: { at: number; count: number }[] = [];

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(count: number): void {
    if (count === 0) return;
    const at = this.#now();
    this.#events.push({ at, count });
    if (this.#events[0]!.at < at - 2 * WINDOW_MS) this.#forget(at);
  }

  /** Over the last seconds, from the first event in them to the last. */
  get perSecond(): number {
    this.#forget(this.#now());
    const [first] = this.#events;
    const last = this.#events.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    const count = this.#events.reduce((sum, event) => sum + event.count, -first.count);
    return (1000 * count) / (last.at - first.at);
  }

  #forget(now: number): void {
    this.#events = this.#events.filter(({ at }) => at >= now - WINDOW_MS);
  }
}
