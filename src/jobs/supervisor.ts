/**
 * Keeps a queue of jobs in a folder and starts each when its lane is free, as a process of its own that goes on when
 * this one is killed. What it knows it reads from the folder, so a new supervisor goes on where the last one was.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunError, TunesmithError } from '../core/index.ts';
import { followEvents, signalRun } from '../runs/index.ts';
import {
  type JobOrder,
  type JobRecord,
  type JobView,
  type Lane,
  readRecord,
  readRecords,
  viewJob,
  writeRecord,
} from './supervisor-record.ts';

export interface SupervisorOptions {
  /** Where the jobs lie, a folder each. */
  readonly folder: string;
  /** The words that start the program with Node: its options and its main file. */
  readonly program: readonly string[];
  /** Something about the jobs is different now; of their progress it is told once a second. */
  readonly onChange?: (what: 'state' | 'progress') => void;
}

const PROGRESS_MS = 1000;
/** What was removed so long ago is not missed. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const ID = /^[\w-]{8,64}$/;
const IS_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = fileURLToPath(new URL(`./supervisor-worker.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

export class Supervisor implements Disposable {
  readonly #options: SupervisorOptions;
  readonly #closing = new AbortController();
  readonly #watched = new Set<string>();
  /** Of jobs that have not begun: held in memory alone, and gone with this process. */
  readonly #secrets = new Map<string, Readonly<Record<string, string>>>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
    this.#goOn();
  }

  /** The latest first. */
  list(): JobView[] {
    return readRecords(this.#options.folder)
      .map((record) => viewJob(this.folderOf(record.id), record))
      .reverse();
  }

  /** @throws RunError for an id that is none */
  get(id: string): JobView {
    const folder = this.folderOf(id);
    if (!existsSync(join(folder, 'job.json'))) {
      throw new RunError({
        en: `job ${id}: there is no such job; look at the list of jobs`,
        zh: `作业 ${id}：没有这个作业；请看作业列表`,
      });
    }
    return viewJob(folder, readRecord(folder));
  }

  /** @throws RunError for what cannot be an id, so that no path is made of it */
  folderOf(id: string): string {
    if (!ID.test(id))
      throw new RunError({
        en: `job ${id.slice(0, 80)}: is no job's id; look at the list of jobs`,
        zh: `作业 ${id.slice(0, 80)}：不是作业编号；请看作业列表`,
      });
    return join(this.#options.folder, id);
  }

  /** A new job's id and folder, for files that its order names. */
  newFolder(): { id: string; folder: string } {
    const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const id = `${time}-${randomBytes(3).toString('hex')}`;
    const folder = this.folderOf(id);
    mkdirSync(folder, { recursive: true });
    return { id, folder };
  }

  /**
   * Puts a job at the end of the queue; it begins at once where its lane is free.
   * @param secrets environment variables for its process; only their names are written down
   */
  add(
    order: Omit<JobOrder, 'secrets'>,
    id = this.newFolder().id,
    secrets: Readonly<Record<string, string>> = {},
  ): JobView {
    const names = Object.keys(secrets);
    if (names.length > 0) this.#secrets.set(id, secrets);
    writeRecord(this.folderOf(id), {
      ...order,
      id,
      created: new Date().toISOString(),
      ...(names.length > 0 && { secrets: names }),
    });
    this.#goOn();
    return this.get(id);
  }

  /** Takes a job out of the queue, or stops it: politely, or at once. */
  stop(id: string, atOnce = false): void {
    const job = this.get(id);
    const hasBegun = existsSync(join(this.folderOf(id), 'events.jsonl'));
    if (job.state === 'queued' || (job.state === 'running' && !hasBegun)) {
      const record = readRecord(this.folderOf(id));
      if (record.pid !== undefined) endProcess(record.pid);
      writeRecord(this.folderOf(id), { ...record, cancelled: new Date().toISOString() });
      this.#changed();
    } else if (job.state === 'running') {
      this.#signal(job, atOnce);
    }
  }

  /** Takes a job that is over out of the list; what it made elsewhere stays. It can be had back for a month. */
  remove(id: string): void {
    const { state } = this.get(id);
    if (state === 'running')
      throw new RunError({
        en: `job ${id}: it is running; stop it before`,
        zh: `作业 ${id}：正在运行；请先停止它`,
      });
    this.#secrets.delete(id);
    this.#emptyBin();
    mkdirSync(this.#bin(), { recursive: true });
    const binned = join(this.#bin(), id);
    renameSync(this.folderOf(id), binned);
    const now = new Date();
    utimesSync(binned, now, now);
    this.#changed();
  }

  /** @throws RunError when it is not there any more */
  restore(id: string): JobView {
    const folder = this.folderOf(id);
    const binned = join(this.#bin(), id);
    if (!existsSync(binned))
      throw new RunError({
        en: `job ${id}: it was deleted for good; start it again`,
        zh: `作业 ${id}：已彻底删除；请重新开始`,
      });
    renameSync(binned, folder);
    this.#goOn();
    return this.get(id);
  }

  /** Looks no further; the jobs go on. */
  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  /** Starts what may start, and watches what runs. */
  #goOn(): void {
    if (this.#closing.signal.aborted) return;
    const jobs = this.list().reverse();
    const busy = new Set<Lane>(jobs.filter(({ state }) => state === 'running').map(({ lane }) => lane));
    for (const job of jobs) {
      if (job.state === 'running') this.#watch(job.id);
      if (job.state !== 'queued' || (job.lane !== 'none' && busy.has(job.lane))) continue;
      busy.add(job.lane);
      this.#start(job);
      this.#watch(job.id);
    }
    this.#changed();
  }

  #start({ id }: JobView): void {
    const folder = this.folderOf(id);
    const log = openSync(join(folder, 'worker.log'), 'a');
    const loader = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
    try {
      const child = spawn(process.execPath, [...loader, WORKER, folder, ...this.#options.program], {
        // A session of its own: neither Ctrl-C nor the end of this process reaches it.
        detached: true,
        stdio: ['ignore', log, log],
        env: { ...process.env, ...this.#secrets.get(id) },
        windowsHide: true,
      });
      child.on('exit', () => this.#goOn());
      child.on('error', () => this.#goOn());
      child.unref();
      const record: JobRecord = readRecord(folder);
      if (child.pid !== undefined) writeRecord(folder, { ...record, pid: child.pid });
      this.#secrets.delete(id);
    } finally {
      closeSync(log);
    }
  }

  /** Until it is over, whoever started it. */
  async #watch(id: string): Promise<void> {
    if (this.#watched.has(id)) return;
    this.#watched.add(id);
    const { signal } = this.#closing;
    let from = 0;
    let toldAt = Number.NEGATIVE_INFINITY;
    try {
      for (;;) {
        for await (const { event, end } of followEvents(this.folderOf(id), { signal, from })) {
          from = end;
          if (event.type === 'progress' && performance.now() - toldAt > PROGRESS_MS) {
            toldAt = performance.now();
            this.#options.onChange?.('progress');
          }
          if (event.type === 'state' || (event.type === 'log' && this.get(id).url)) this.#changed();
        }
        if (signal.aborted || this.get(id).state !== 'running') break;
        // Not claimed yet, or a training that outlived its attendant.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    } catch (error) {
      // Removed meanwhile, or not to be read: who asks for the job is told.
      if (!(error instanceof TunesmithError)) throw error;
    } finally {
      this.#watched.delete(id);
    }
    this.#goOn();
  }

  #signal(job: JobView, atOnce: boolean): void {
    const folder = this.folderOf(job.id);
    try {
      signalRun(folder, atOnce ? 'SIGTERM' : 'SIGINT');
    } catch (error) {
      if (!(error instanceof RunError) || job.outputDir === undefined) throw error;
      signalRun(job.outputDir, atOnce ? 'SIGKILL' : 'SIGINT'); // its attendant was killed, it was not
    }
  }

  #bin(): string {
    return join(this.#options.folder, '.removed');
  }

  #emptyBin(): void {
    for (const id of existsSync(this.#bin()) ? readdirSync(this.#bin()) : []) {
      const path = join(this.#bin(), id);
      if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
    }
  }

  #changed(): void {
    this.#options.onChange?.('state');
  }
}

/** One that has claimed nothing yet leaves nothing behind. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has gone by itself
  }
}
