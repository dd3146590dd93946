/** What the routes share: the workspace, the queue of jobs, the process that reads rows, and word of what changed. */
import { Supervisor } from '../jobs/index.ts';
import { DataDesk } from './data-desk.ts';
import { Changes } from './stream-events.ts';
import { Workspace } from './workspace.ts';

export interface StudioOptions {
  /** The folder that the studio works in. */
  readonly workspace: string;
  /** Further folders that hold models. */
  readonly modelFolders?: readonly string[];
  /** The words that start the program with Node. */
  readonly program: readonly string[];
  readonly version: string;
  /** Rooms of the program that are there: pages of others are not shown. */
  readonly rooms: readonly string[];
  /** Where the built page lies. */
  readonly page: string;
  /** Where the examples lie that come with the program. */
  readonly examples: string;
}

const LOOK_MS = 120_000;
const WORK_MS = 600_000;

export class Studio implements Disposable {
  readonly options: StudioOptions;
  readonly workspace: Workspace;
  readonly supervisor: Supervisor;
  readonly desk = new DataDesk(LOOK_MS);
  /** For what takes minutes, so that rows can be looked at meanwhile. */
  readonly workbench = new DataDesk(WORK_MS);
  readonly changes = new Changes();

  constructor(options: StudioOptions) {
    this.options = options;
    this.workspace = new Workspace(options.workspace, options.modelFolders);
    this.supervisor = new Supervisor({
      folder: this.workspace.state('jobs'),
      program: options.program,
      onChange: (what) => {
        if (what === 'progress') this.changes.tell('progress');
        // A teacher's work ends in a new data set.
        else this.changes.tell('jobs', 'runs', 'datasets');
      },
    });
  }

  [Symbol.dispose](): void {
    this.supervisor[Symbol.dispose]();
    this.desk[Symbol.dispose]();
    this.workbench[Symbol.dispose]();
  }
}
