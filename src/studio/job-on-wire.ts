/** A job as it goes over the wire: its command as a person would type it, and nothing of its folder. */
import type { JobView } from '../jobs/index.ts';
import { runId } from './run-list.ts';
import { commandLine, type Job } from './wire/index.ts';

export { commandLine };

export function jobOnWire(job: JobView): Job {
  const { id, kind, title, lane, state, created, words, outputDir, about, progress } = job;
  return {
    id,
    kind,
    title,
    lane,
    state,
    created,
    command: commandLine(words),
    ...(job.started !== undefined && { started: job.started }),
    ...(job.ended !== undefined && { ended: job.ended }),
    ...(job.message !== undefined && { message: job.message, zh: job.zh }),
    ...(job.code !== undefined && { code: job.code }),
    ...(job.url !== undefined && { url: job.url }),
    ...(progress && {
      progress: {
        task: progress.task,
        done: progress.done,
        unit: progress.unit,
        ...(progress.total !== undefined && { total: progress.total }),
        ...(progress.perSecond !== undefined && { perSecond: progress.perSecond }),
      },
    }),
    ...(kind === 'train' && outputDir !== undefined && { run: runId(outputDir) }),
    ...(about && { about: { ...about } }),
  };
}
