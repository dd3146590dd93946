/** `tunesmith experiment` and `tunesmith report`: to each of the three verdicts, stopped and gone on with. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { ExperimentRecord } from '../../src/experiment/index.ts';
import { createCache, startTunesmith, tunesmith } from '../support/command-line.ts';
import { tinySettings } from '../support/tiny-run.ts';

const LABELS = ['billing', 'shipping', 'returns'];

let folder: string;
let cache: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-experiment-'));
  cache = createCache(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith('.yaml') ? stringify(content) : JSON.stringify(content));
  return path;
}

const recordOf = (output: string) =>
  JSON.parse(readFileSync(join(output, 'experiment.json'), 'utf8')) as ExperimentRecord;

describe('files of predictions', () => {
  /** Predictions of which every so many is wrong. */
  function predictions(name: string, wrongEvery: number): string {
    const lines = Array.from({ length: 120 }, (_, index) => {
      const shift = (index + 1) % wrongEvery === 0 ? 1 : 0;
      return `${index + 1},${LABELS[(index + shift) % 3]}`;
    });
    writeFileSync(join(folder, name), `row,prediction\n${lines.join('\n')}\n`);
    return join(folder, name);
  }

  function experiment(name: string, criteria: object, onlineWrongEvery = 3): string {
    const rows = Array.from({ length: 120 }, (_, index) => ({
      instruction: `row ${index}`,
      output: LABELS[index % 3],
    }));
    write('rows.json', rows);
    write('dataset_info.json', { rows: { file_name: 'rows.json' } });
    return write(`${name}.yaml`, {
      name,
      output_dir: join(folder, name),
      settings: { dataset_dir: folder },
      test_dataset: 'rows',
      candidates: {
        ours: { predictions: predictions('ours.csv', 20) },
        online: { predictions: predictions('online.csv', onlineWrongEvery) },
      },
      candidate: 'ours',
      incumbent: 'online',
      criteria,
    });
  }

  it.each<
    [name: string, language: 'en' | 'zh', criteria: object, code: number, says: RegExp, wrongEvery?: number]
  >([
    [
      'go',
      'en',
      { macro_f1: { min: 0.85, beats: 'incumbent' } },
      0,
      /Go: all criteria are met \(2 of 2\)\.\n.*✓ .*\n.*✓ /,
    ],
    [
      'no-go',
      'zh',
      { accuracy: { min: 0.99, beats: 'online' } },
      2,
      /不可上线：2 项标准中有 1 项未达到。\n.*✗ /,
    ],
    [
      'open',
      'en',
      { macro_f1: { beats: 'online' }, accuracy: { min: 0.94 } },
      3,
      /Not enough evidence: 2 of 2 criteria left open\. About [\d,]+ more rows/,
      12,
    ],
  ])('end in %s', async (name, language, criteria, code, says, wrongEvery) => {
    const ended = await tunesmith(['experiment', experiment(name, criteria, wrongEvery)], {
      cache,
      language,
    });
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stdout).toMatch(says);
    const page = readFileSync(join(folder, name, 'report.html'), 'utf8');
    expect(page).toContain(`lang="${language === 'zh' ? 'zh-CN' : 'en'}"`);
    for (const file of ['report.md', 'report.xlsx', 'evaluation.json']) {
      expect(existsSync(join(folder, name, file))).toBe(true);
    }
  });

  it('are not judged again for another rule, and the report says that it came after the results', async () => {
    const file = experiment('go', { macro_f1: { min: 0.5 } });
    const ended = await tunesmith(['experiment', file], { cache });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr.match(/finished before/g)).toHaveLength(3);
    expect(recordOf(join(folder, 'go')).rules.map(({ isAfterResults }) => isAfterResults)).toEqual([
      false,
      true,
    ]);
    const html = join(folder, 'again.html');
    const report = await tunesmith(['report', join(folder, 'go'), '--html', html, '--language', 'en'], {
      cache,
    });
    expect(report.code, report.stderr).toBe(0);
    expect(readFileSync(html, 'utf8')).toContain('when results were known already');
  });

  it('that are not there, and other mistakes, end in 1 with one sentence', async () => {
    const file = experiment('wrong', { accuracy: { min: 0.5 } });
    writeFileSync(file, readFileSync(file, 'utf8').replace('ours.csv', 'none.csv'));
    const missing = await tunesmith(['experiment', file], { cache });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/error: .*none\.csv: cannot be read/);
    writeFileSync(file, readFileSync(file, 'utf8').replace('incumbent:', 'incumbant:'));
    const mistyped = await tunesmith(['experiment', file], { cache });
    expect(mistyped.stderr).toMatch(/line \d+: unknown key incumbant; the nearest known one is incumbent/);
    const report = await tunesmith(['report', join(folder, 'wrong')], { cache });
    expect(report.code).toBe(1);
    expect(report.stderr).toMatch(/holds no experiment; give the folder/);
  });
});

describe('a tiny model', () => {
  const SECRET = 'token-of-the-online-service';

  it('is trained, judged beside the service that is online, pressed, and goes on after a kill', async () => {
    const service = createServer(async (request, response) => {
      for await (const _ of request);
      const isAllowed = request.headers['x-token'] === SECRET;
      response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ data: { label: 'login' } }));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const { output_dir: _, do_train: __, ...settings } = tinySettings(folder);
    const output = join(folder, 'tiny');
    const file = write('tiny.yaml', {
      name: 'tiny',
      output_dir: output,
      settings,
      test_dataset: 'held_out',
      judge_by: ['labels', 'answers'],
      variants: { tuned: { save_steps: 2, num_train_epochs: 4 } },
      candidates: {
        base: { model: settings['model_name_or_path'] },
        tuned: { variant: 'tuned' },
        early: { variant: 'tuned', checkpoint: 4 },
        online: {
          endpoint: {
            url: `http://127.0.0.1:${(service.address() as AddressInfo).port}/`,
            headers: { 'X-Token': `\${ONLINE_TOKEN}` },
            body: { text: '{input}' },
            answer_path: 'data.label',
          },
        },
      },
      candidate: 'tuned',
      incumbent: 'online',
      loadtest: { requests: 12, concurrency: [1, 4], candidates: ['tuned', 'online'], price_per_hour: 1 },
      criteria: { failed_share: { max: 0.5, at_concurrency: 4 }, qps: { min: 0.001 } },
    });
    process.env['ONLINE_TOKEN'] = SECRET;
    try {
      const first = startTunesmith(['experiment', file], { cache });
      await first.says(/train tuned\n/);
      await first.says(/tokenize|weights|\d+\/20|train tuned: finished/);
      first.child.kill('SIGKILL');
      await first.ended;
      const second = await tunesmith(['experiment', file], { cache });
      expect(second.code, second.stderr).toBe(0);
      expect(second.stderr).toMatch(/judge base: finished before/);
      expect(second.stdout).toMatch(/Go: all criteria are met/);
      const third = await tunesmith(['experiment', file], { cache });
      expect(third.stderr.match(/finished before/g)).toHaveLength(8);
    } finally {
      delete process.env['ONLINE_TOKEN'];
      service.close();
    }
    const page = readFileSync(join(output, 'report.html'), 'utf8');
    for (const words of ['checkpoint 4', 'Requests/s', 'Training loss', 'per 1,000 requests']) {
      expect(page).toContain(words);
    }
    const leftovers = readdirSync(join(output, 'stages')).filter((name) => name.endsWith('.part'));
    expect(leftovers).toEqual([]);
    for (const name of readdirSync(output, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name), 'utf8')).not.toContain(SECRET);
    }
  }, 180_000);
});
