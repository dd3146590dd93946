/** How long work tells how far it is: any room reports, only the command line or a page shows. */

export interface Progress {
  /** What is being done, for a person: `download`, `tokenize`, … */
  readonly task: string;
  /** Units done so far. */
  readonly done: number;
  /** Units in all, where known. */
  readonly total?: number;
  /** `bytes`, `rows`, `steps`, … */
  readonly unit: string;
}

export type OnProgress = (progress: Progress) => void;
