/**
 * Native memory ends when its owner is disposed. What points into it asks here before every use, so that a use too
 * late is a sentence and not a crash.
 */
import { DeviceError } from '../core/index.ts';

export class Lifetime {
  readonly #what: string;
  #over = false;

  /** @param what for the message: `memory for the weights of the model` */
  constructor(what: string) {
    this.#what = what;
  }

  /** @throws DeviceError once the owner is disposed */
  check(): void {
    if (this.#over) {
      throw new DeviceError(
        `device: ${this.#what} is used after it was disposed; dispose it only after its last use`,
      );
    }
  }

  /** @returns true at the first call, which is the time to free */
  end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    return true;
  }
}
