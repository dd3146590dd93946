/** The whole story in a real browser on the real starters, once in English and once in Chinese: from a table to a report. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { cacheFolder } from '../../src/core/index.ts';
import { resolveModel } from '../../src/hub/index.ts';
import { until } from '../support/studio.ts';
import { StudioSession } from '../support/studio-session.ts';
import { Story } from '../support/studio-story.ts';
import { EN, ZH } from '../support/studio-words.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
/** Few rows of few classes, so that a training of seconds shows in the figures. */
const TRAIN_ROWS = 60;
const TEST_ROWS = 24;

interface Row {
  readonly input: string;
  readonly output: string;
}

/** Rows of three of an example's classes as CSV, with the names of its columns. */
function table(
  example: string,
  split: 'train' | 'test',
  count: number,
  [question, label]: readonly string[],
) {
  const rows = JSON.parse(readFileSync(join(EXAMPLES, example, `${split}.json`), 'utf8')) as Row[];
  const classes = [...new Set(rows.map(({ output }) => output))].sort().slice(0, 3);
  const chosen = rows.filter(({ output }) => classes.includes(output)).slice(0, count);
  const lines = chosen.map(({ input, output }) => `"${input.replaceAll('"', '""')}",${output}`);
  return { csv: `${question},${label}\n${lines.join('\n')}\n`, chosen };
}

describe.each([
  {
    language: 'English',
    words: EN,
    starter: 'smollm2-135m-instruct',
    example: 'support-tickets',
    columns: ['ticket', 'queue'],
    rate: '2e-3',
  },
  {
    language: 'Chinese',
    words: ZH,
    starter: 'gemma-3-270m',
    example: 'news-headlines-zh',
    columns: ['标题', '频道'],
    rate: '2e-3',
  },
])('the story in $language with $starter', ({ words, starter, example, columns, rate }) => {
  const train = table(example, 'train', TRAIN_ROWS, columns);
  const test = table(example, 'test', TEST_ROWS, columns);
  let session: StudioSession;
  let story: Story;

  beforeAll(async () => {
    await resolveModel(`starter:${starter}`, { acceptLicense: true });
    session = await StudioSession.start(
      (_, cache) => {
        mkdirSync(join(cacheFolder(), 'models'), { recursive: true });
        symlinkSync(join(cacheFolder(), 'models'), join(cache, 'models'), 'dir');
      },
      words === ZH ? 'zh' : 'en',
    );
    story = new Story(session, words);
  });
  afterEach(async () => expect(await session.closePages()).toEqual([]));
  afterAll(() => session?.close());

  it('goes from tables to tokens', async () => {
    const page = await story.addTable('rows.csv', train.csv, train.chosen.length);
    await story.seeTokens(page, train.chosen[0]!.input.slice(0, 12));
    await story.addTable('held_out.csv', test.csv, test.chosen.length);
  });

  it('trains with a live curve in two browsers, through a kill of the studio', async () => {
    const page = await story.open('/train/new');
    const settings = {
      output_dir: 'saves/tuned',
      num_train_epochs: '3',
      num_threads: '1',
      per_device_train_batch_size: '4',
      learning_rate: rate,
    };
    await story.fillTraining(page, { model: starter, dataset: 'rows', settings });
    await page.getByText(words.longestRow).waitFor();
    await page.reload();
    const path = await story.startTraining(page);
    const other = await story.open(path);
    for (const one of [page, other]) {
      await story.waitForLearning(one);
      await story.waitForCurve(one);
    }
    await session.killAndStartAgain();
    const again = await story.open(path);
    await story.waitForCurve(again);
    // All three go on to the same end, also those that lost their studio for a while.
    for (const one of [again, page, other]) await story.waitForEnd(one);
    const last = await until(async () => (await story.stepOf(again)) || undefined);
    for (const one of [page, other]) await until(async () => (await story.stepOf(one)) === last);
    await again.reload();
    await until(async () => (await story.stepOf(again)) === last);
  });

  it('shows what was learned, down to the rows of a cell', async () => {
    const { page, found } = await story.evaluate('saves/tuned', 'held_out');
    expect(found.rows).toBe(test.chosen.length);
    const accuracy = (name: string) => found.models.find(({ model }) => model === name)!.report.accuracy;
    expect(accuracy('tuned')).toBeGreaterThan(accuracy('base'));
    await story.openCell(page, test.chosen.length);
  });

  it('serves, chats with base and tuned, and presses them', async () => {
    await story.serve(starter, 'saves/tuned');
    await story.chat(test.chosen[0]!.input, ['tuned', 'base']);
    await story.pressServer('held_out', 20);
  });

  it('ends in a verdict and its report', async () => {
    await story.decide({ name: 'story', train: 'rows', test: 'held_out', model: starter });
  });
});
