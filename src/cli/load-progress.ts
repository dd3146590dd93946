/** How far a load test is, on standard error: a bar with rate and time left in a terminal, or a few lines elsewhere. */
import { SingleBar } from 'cli-progress';
import { type Bilingual, formatDuration, type Language } from '../core/index.ts';
import type { LoadProgress } from '../loadtest/index.ts';

const STAGES: Readonly<Record<LoadProgress['stage'], Bilingual>> = {
  'warm-up': { en: 'warm-up', zh: '预热' },
  test: { en: 'load test', zh: '压测' },
  settling: { en: 'settling', zh: '等待恢复' },
};
const LEFT: Bilingual = { en: 'left', zh: '剩余' };
const LINE_INTERVAL_MS = 5000;

export interface LoadProgressDisplay {
  readonly report: (progress: LoadProgress) => void;
  done(): void;
}

export function createLoadProgress(
  language: Language,
  stream: NodeJS.WriteStream = process.stderr,
): LoadProgressDisplay {
  return stream.isTTY ? barDisplay(language, stream) : lineDisplay(language, stream);
}

function barDisplay(language: Language, stream: NodeJS.WriteStream): LoadProgressDisplay {
  const bar = new SingleBar({
    stream,
    format: '{text} {bar} {percentage}%',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
  });
  let hasBegun = false;
  return {
    report(progress) {
      if (!hasBegun) bar.start(1, 0, { text: '' });
      hasBegun = true;
      bar.update(shareDone(progress) ?? 0, { text: describeProgress(progress, language) });
    },
    done: () => bar.stop(),
  };
}

function lineDisplay(language: Language, stream: NodeJS.WriteStream): LoadProgressDisplay {
  let last = performance.now();
  return {
    report(progress) {
      const now = performance.now();
      if (now - last < LINE_INTERVAL_MS) return;
      last = now;
      stream.write(`${describeProgress(progress, language)}\n`);
    },
    done: () => undefined,
  };
}

/** 0 to 1 by requests or by time, whichever is further; undefined where no end is known. */
function shareDone({ done, requests, seconds, totalSeconds }: LoadProgress): number | undefined {
  const shares = [
    ...(requests === undefined ? [] : [done / requests]),
    ...(totalSeconds === undefined ? [] : [seconds / totalSeconds]),
  ];
  return shares.length === 0 ? undefined : Math.min(1, Math.max(...shares));
}

/** As in: `load test @400/s 412/1000 398.2/s 0:00:02 left`. */
function describeProgress(progress: LoadProgress, language: Language): string {
  const { stage, done, requests, seconds, rate } = progress;
  const share = shareDone(progress);
  const words = [
    STAGES[stage][language],
    ...(rate === undefined ? [] : [`@${rate}/s`]),
    requests === undefined ? String(done) : `${done}/${requests}`,
    ...(seconds > 0 ? [`${(done / seconds).toFixed(1)}/s`] : []),
  ];
  if (share !== undefined && share > 0) {
    const left = formatDuration((seconds * (1 - share)) / share);
    words.push(language === 'zh' ? `${LEFT.zh} ${left}` : `${left} ${LEFT.en}`);
  }
  return words.join(' ');
}
