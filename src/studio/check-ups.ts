/** Examinations that run or are done: whoever asks the same sees the same one, and it goes on when nobody looks. */
import { type Progress, TunesmithError, textOf, told } from '../core/index.ts';
import type { CheckUp, Examination } from './wire/index.ts';

interface Held {
  view: CheckUp;
  readonly stop: AbortController;
}

type Examine = (watch: {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}) => Promise<Examination>;

/** Each is some hundred kilobytes at most. */
const MOST_HELD = 16;

export class CheckUps {
  readonly #held = new Map<string, Held>();

  /**
   * How far an examination is; begins it where there is none of this key, and anew where it failed.
   * @param key tells examinations apart
   * @param onEnd when there is something new to see
   */
  look(key: string, examine: Examine, onEnd: () => void): CheckUp {
    const held = this.#held.get(key);
    if (!held) return this.#start(key, examine, onEnd);
    // Said once; who asks again wants it tried again.
    if (held.view.state === 'failed') this.#held.delete(key);
    return held.view;
  }

  cancel(key: string): void {
    this.#held.get(key)?.stop.abort();
    this.#held.delete(key);
  }

  #start(key: string, examine: Examine, onEnd: () => void): CheckUp {
    const held: Held = { view: { state: 'running' }, stop: new AbortController() };
    this.#held.set(key, held);
    const { value: eldest } = this.#held.keys().next();
    if (this.#held.size > MOST_HELD && eldest !== undefined) this.cancel(eldest);
    void examine({
      signal: held.stop.signal,
      onProgress: (progress) => {
        held.view = { state: 'running', progress };
      },
    })
      .then(
        (examination) => {
          held.view = { state: 'done', examination };
        },
        (error: unknown) => {
          const code = error instanceof TunesmithError ? error.code : 'internal';
          held.view = { state: 'failed', error: { code, ...told(textOf(error)) } };
        },
      )
      .then(onEnd);
    return held.view;
  }
}
