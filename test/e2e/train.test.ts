/** `tunesmith train` and `tunesmith runs` as a person uses them, on the tiny golden models. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAdapter, readSpec } from '../../src/load/index.ts';
import {
  lastCheckpoint,
  openRunDirectory,
  readResults,
  readTrainerLog,
  readTrainerState,
} from '../../src/runs/index.ts';
import { createCache, startTunesmith, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { tinySettings } from '../support/tiny-run.ts';

/** Some tests start the program ten times; a busy machine takes seconds for each. */
vi.setConfig({ testTimeout: 180_000 });

const MODEL = join(GOLDEN, 'models', 'llama');
/** More steps than any test waits for; the rate does not depend on them. */
const ENDLESS = ['max_steps=1000000', 'lr_scheduler_type=constant', 'learning_rate=1e-3'];

let folder: string;
let runFile: string;
let cache: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-train-'));
  cache = createCache(folder);
  runFile = join(folder, 'run.yaml');
  writeFileSync(runFile, asYaml(tinySettings(folder)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let out: string;
beforeEach(() => {
  out = join(folder, `out-${++count}`);
});

const train = (...words: string[]) =>
  startTunesmith(['train', runFile, `output_dir=${out}`, ...words], { cache });
const runs = (...words: string[]) => tunesmith(['runs', ...words], { cache });
const adapterOf = (path: string) => readFileSync(join(path, 'adapter_model.safetensors'));
const lossesOf = (path: string) => readTrainerState(path).log_history.map((record) => record['loss']);

/** A worker that still runs when a test fails must not go on for ever. */
async function withWorker<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    if (existsSync(out)) {
      const { liveness, process: record } = openRunDirectory(out);
      if (record && liveness === 'alive') process.kill(record.pid, 'SIGKILL');
    }
  }
}

/** The same training to a step, without a break. */
async function unbroken(steps: number): Promise<string> {
  const whole = `${out}-whole`;
  const { code, stderr } = await train(...ENDLESS, `max_steps=${steps}`, `output_dir=${whole}`).ended;
  expect(code, stderr).toBe(0);
  return whole;
}

describe('tunesmith train', () => {
  it('trains, measures and predicts as the run file says, and says where everything lies', async () => {
    const { code, stdout, stderr } = await train(
      'num_train_epochs=6',
      'lr_scheduler_type=cosine',
      'warmup_ratio=0.1',
      'eval_dataset=held_out',
      'eval_strategy=epoch',
      'do_predict=true',
      'predict_with_generate=true',
      'max_new_tokens=12',
      'do_sample=false',
      'plot_loss=true',
      'save_total_limit=1',
    ).ended;
    expect(code, stderr).toBe(0);
    const log = readTrainerLog(out);
    const losses = log.flatMap(({ loss }) => loss ?? []);
    expect(losses).toHaveLength(30);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    const measured = log.flatMap(({ eval_loss }) => eval_loss ?? []);
    expect(measured).toHaveLength(6);
    expect(measured.at(-1)).toBeLessThan(measured[0]!);
    const results = readResults(out, 'all')!;
    expect(results['eval_loss']).toBe(measured.at(-1));
    expect(results['epoch']).toBe(6);
    expect(Object.keys(results)).toEqual(
      expect.arrayContaining(['train_loss', 'train_runtime', 'eval_runtime', 'predict_runtime']),
    );
    expect(readAdapter(out, readSpec({ kind: 'folder', path: MODEL })).lora.rank).toBe(8);
    const predictions = readFileSync(join(out, 'generated_predictions.jsonl'), 'utf8').trim().split('\n');
    expect(predictions).toHaveLength(7);
    const answers = predictions.map((line) => JSON.parse(line) as Record<string, string>);
    for (const { prompt, label } of answers) {
      expect(prompt).toContain('<|im_start|>user\nWhich queue?');
      expect(['billing', 'shipping', 'login']).toContain(label!.trim());
    }
    const png = readFileSync(join(out, 'training_loss.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(readdirSync(out).filter((name) => name.startsWith('checkpoint-'))).toEqual(['checkpoint-30']);
    expect(stderr).toMatch(/step 30\/30 {2}loss \d+\.\d{4}/);
    expect(stdout).toMatch(/^Trained in 0:00:\d\d, .* rows\/s; mean loss/);
    for (const name of ['training_loss.png', 'generated_predictions.jsonl', 'trainer_log.jsonl']) {
      expect(stdout).toContain(join(out, name));
    }
    expect(openRunDirectory(out)).toMatchObject({ state: 'finished' });
  });

  it('takes LLaMA-Factory’s flags instead of a file, speaks Chinese, and names rows that it cut', async () => {
    const settings = { ...tinySettings(folder), output_dir: out, cutoff_len: 64 };
    const flags = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const { code, stdout, stderr } = await tunesmith(['train', ...flags], { cache, language: 'zh' });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/训练用时 0:00:\d\d/);
    expect(stdout).toMatch(/丢弃 0 行，截断 \d+ 行/);
    expect(stderr).toMatch(/tickets\.json 第 \d+ 行：截断长度 cutoff_len 64 截去 \d+ 个 token/);
    const findings = readFileSync(join(out, 'findings.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(findings[0]!)).toMatchObject({
      kind: 'cut',
      file: expect.stringMatching(/tickets\.json$/),
    });
  });

  it('measures a model that is not trained', async () => {
    const { code, stdout, stderr } = await train('do_train=false', 'do_eval=true', 'eval_dataset=held_out')
      .ended;
    expect(code, stderr).toBe(0);
    expect(readResults(out, 'eval')!['eval_loss']).toBeGreaterThan(5);
    expect(stdout).toMatch(/^Loss on held-out rows: /);
    expect(existsSync(join(out, 'adapter_model.safetensors'))).toBe(false);
  });
});

describe('a run that was interrupted', () => {
  it('stops at Ctrl-C with a checkpoint, and resumed equals one that never stopped', () =>
    withWorker(async () => {
      const command = train(...ENDLESS, 'lora_dropout=0.1');
      await command.says(/step 7\/1000000 /);
      command.child.kill('SIGINT');
      const { code, stdout, stderr } = await command.ended;
      expect(code).toBe(130);
      expect(stderr).toContain('Stopping after this step, with a checkpoint.');
      const { step } = lastCheckpoint(out)!;
      expect(step).toBeGreaterThanOrEqual(7);
      expect(stdout).toContain(`Stopped with a checkpoint of step ${step} in ${out}.`);
      expect(openRunDirectory(out).state).toBe('stopped');
      const resumed = await runs('resume', out, `max_steps=${step + 4}`);
      expect(resumed.code, resumed.stderr).toBe(0);
      const whole = `${out}-whole`;
      await train(...ENDLESS, 'lora_dropout=0.1', `max_steps=${step + 4}`, `output_dir=${whole}`).ended;
      expect(lossesOf(out)).toEqual(lossesOf(whole));
      expect(adapterOf(out).equals(adapterOf(whole))).toBe(true);
    }));

  it('is said to be killed when it was, and goes on from its last checkpoint all the same', () =>
    withWorker(async () => {
      const command = train(...ENDLESS, 'save_steps=5');
      await command.says(/checkpoint-5\n/);
      process.kill(openRunDirectory(out).process!.pid, 'SIGKILL');
      const { code, stderr } = await command.ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /\nerror: run .* killed \(SIGKILL\), as the system does when memory runs out; .*lower/,
      );
      expect(openRunDirectory(out).state).toBe('died');
      const { step } = lastCheckpoint(out)!;
      const resumed = await runs('resume', out, `max_steps=${step + 3}`);
      expect(resumed.code, resumed.stderr).toBe(0);
      const whole = await unbroken(step + 3);
      expect(lossesOf(out)).toEqual(lossesOf(whole));
      expect(adapterOf(out).equals(adapterOf(whole))).toBe(true);
      expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    }));

  it('has its crash in native code told in a sentence', () =>
    withWorker(async () => {
      const command = train(...ENDLESS);
      await command.says(/step 2\/1000000 /);
      process.kill(openRunDirectory(out).process!.pid, 'SIGABRT');
      const { code, stderr } = await command.ended;
      expect(code).toBe(1);
      const last = stderr.trim().split('\n').at(-1);
      expect(last).toMatch(/^error: run .*: the engine crashed in native code \(SIGABRT\).*; try once more/);
    }));

  it('ends at once at a second Ctrl-C', () =>
    withWorker(async () => {
      const command = train(...ENDLESS);
      await command.says(/step 2\/1000000 /);
      const { pid } = openRunDirectory(out).process!;
      process.kill(pid, 'SIGSTOP'); // a step that takes for ever
      command.child.kill('SIGINT');
      await command.says(/Stopping after this step/);
      command.child.kill('SIGINT');
      const { code, stdout } = await command.ended;
      expect(code).toBe(130);
      expect(stdout).toContain('The run was killed.');
      expect(openRunDirectory(out).state).toBe('died');
    }));
});

describe('a run in the background', () => {
  it('is listed, watched, left, stopped and resumed', () =>
    withWorker(async () => {
      const started = await train(...ENDLESS, '--detach').ended;
      expect(started.code, started.stderr).toBe(0);
      expect(started.stdout).toContain(`tunesmith runs attach ${out}`);
      const listed = await runs('list');
      expect(listed.stdout).toMatch(new RegExp(`^${out}\n  running .*llama  tickets`));

      const attached = startTunesmith(['runs', 'attach', out], { cache });
      await attached.says(/step \d\d+\/1000000 /);
      attached.child.kill('SIGINT');
      const left = await attached.ended;
      expect(left.code).toBe(0);
      expect(left.stdout).toContain('The run goes on in the background.');
      expect(openRunDirectory(out).state).toBe('running');

      const again = await train(...ENDLESS).ended;
      expect(again).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^error: output_dir .*is writing a run there/),
      });
      expect(openRunDirectory(out).state).toBe('running');

      const stopped = await runs('stop', out);
      expect(stopped.code, stopped.stderr).toBe(0);
      const { step } = lastCheckpoint(out)!;
      expect(stopped.stdout).toContain(`Stopped with a checkpoint of step ${step}`);
      const idle = await runs('stop', out);
      expect(idle).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^error: stop .* not running \(stopped\)/),
      });

      const resumed = await runs('resume', out, `max_steps=${step + 1}`);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(readTrainerState(out).global_step).toBe(step + 1);
      const over = await runs('resume', out);
      expect(over).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: resume .*has finished/) });
      const watched = await runs('attach', out);
      expect(watched).toMatchObject({ code: 0, stdout: expect.stringContaining('Trained in') });
    }));
});

it('tells its version and its surroundings', async () => {
  const { version } = JSON.parse(readFileSync(join(GOLDEN, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  expect((await tunesmith(['version'], { cache })).stdout).toBe(`tunesmith ${version}\n`);
  const { code, stdout } = await tunesmith(['env'], { cache });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^memory: \d+(\.\d)? GiB free of \d+ GiB$/m);
  expect(stdout).toMatch(/^device: CPU, \d+ threads/m);
});

describe('what cannot be done is one line and exit code 1, and leaves nothing behind', () => {
  const broken = (name: string, content: string) => {
    const data = join(folder, name);
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'dataset_info.json'), JSON.stringify({ tickets: { file_name: 'rows.json' } }));
    writeFileSync(join(data, 'rows.json'), content);
    return `dataset_dir=${data}`;
  };
  const cases: [name: string, words: () => string[], message: RegExp][] = [
    ['a missing run file', () => ['nowhere.yaml'], /^error: nowhere\.yaml: there is no such file/],
    ['broken YAML', () => [written('broken.yaml', 'a: 1\n b: 2\n')], /^error: .*broken\.yaml line \d: /],
    [
      'an unknown setting',
      () => [runFile, 'cutof_len=64'],
      /^error: command line: unknown setting cutof_len; .*cutoff_len/,
    ],
    [
      'a setting that is not built',
      () => [runFile, 'stage=dpo'],
      /^error: .*stage "dpo": DPO is not built yet/,
    ],
    [
      'nothing to do',
      () => [runFile, 'do_train=false'],
      /^error: run: do_train, do_eval and do_predict are all off/,
    ],
    [
      'a missing model',
      () => [runFile, 'model_name_or_path=./nowhere'],
      /^error: .*nowhere: there is no such file or folder/,
    ],
    ['an unknown data set', () => [runFile, 'dataset=tickts'], /^error: .*tickts.*tickets/],
    ['an unknown template', () => [runFile, 'template=chatlm'], /^error: template: chatlm is not known/],
    [
      'a comma too many in the rows',
      () => [runFile, broken('comma', '[{"instruction": "a", "output": "b"},\n]')],
      /^error: .*rows\.json.*line \d.*comma/,
    ],
    ['an empty data set', () => [runFile, broken('empty', '[]')], /^error: .*rows\.json/],
    [
      'a torn model',
      () => [runFile, `model_name_or_path=${tornModel()}`],
      /^error: .*model\.safetensors: .*fetch/,
    ],
    [
      'a folder that cannot be written',
      () => [runFile, `output_dir=${runFile}/out`],
      /^error: output_dir .*run\.yaml\/out: cannot be written/,
    ],
  ];
  it.each(cases)('%s', async (_, words, message) => {
    const [file, ...rest] = words();
    const { code, stdout, stderr } = await tunesmith(['train', file!, `output_dir=${out}`, ...rest], {
      cache,
    });
    // On a slow machine a line of progress may come before.
    const lines = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !/^(tokenize|load weights) /.test(line));
    expect(lines).toEqual([expect.stringMatching(message)]);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});

function written(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A model folder whose weights end early. */
function tornModel(): string {
  const torn = join(folder, 'torn');
  mkdirSync(torn, { recursive: true });
  for (const name of readdirSync(MODEL)) {
    if (name !== 'model.safetensors') symlinkSync(join(MODEL, name), join(torn, name));
  }
  const bytes = readFileSync(join(MODEL, 'model.safetensors'));
  writeFileSync(join(torn, 'model.safetensors'), bytes.subarray(0, bytes.length - 100));
  return torn;
}

function asYaml(settings: Record<string, unknown>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}
