/** `tunesmith loadtest` as a person runs it, against a server whose behaviour is known; one pass in each language. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { LoadTestResult } from '../../src/loadtest/index.ts';
import { createCache, startTunesmith, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { answer, answerAfter, oneByOne, type StandIn, startStandIn } from '../support/stand-in-server.ts';

const KEY = 'secret-key';
const ROWS = [
  ['a goal in the last minute', 'sports'],
  ['shares fell again', 'money'],
  ['the coach is gone', 'sports'],
  ['a bank in trouble', 'money'],
];

let folder: string;
let cache: string;
let server: StandIn;
const asked: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-loadtest-'));
  cache = createCache(folder);
  server = await startStandIn({
    '/quick': answerAfter(1),
    '/slow': answerAfter(300),
    '/one-by-one': oneByOne(20),
    // A model that knows no money.
    '/v1/classify': ({ response, body }) => {
      asked.push(JSON.parse(body));
      answer(response, JSON.stringify({ data: [{ label: 'sports', probability: 0.6 }] }));
    },
    '/metrics': ({ response, ordinal }) =>
      answer(response, `process_cpu_seconds_total ${ordinal}\nprocess_resident_memory_bytes 536870912\n`),
  });
  mkdirSync(join(folder, 'data'));
  const rows = ROWS.map(([instruction, output]) => ({ instruction, input: '', output }));
  writeFileSync(join(folder, 'data', 'news_test.json'), JSON.stringify(rows));
  const info = { news_test: { file_name: 'news_test.json' } };
  writeFileSync(join(folder, 'data', 'dataset_info.json'), JSON.stringify(info));
  writeFileSync(join(folder, 'body.json'), '{"mode": "argmax"}');
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (words: readonly string[], language: 'en' | 'zh' = 'en') =>
  tunesmith(['loadtest', ...words], { cache, language });
const resultAt = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as LoadTestResult;

describe('tunesmith loadtest', () => {
  it('sends 10,000 requests over 1,000 connections at once and loses none', async () => {
    const [json, csv] = [join(folder, 'many.json'), join(folder, 'many.csv')];
    const { code, stdout, stderr } = await run([
      ...['-l', '-n', '10000', '-c', '1000', '-k', '-s', '120', '-q', '--json', json, '--csv', csv],
      `${server.origin}/quick`,
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe('');
    for (const line of [
      'Concurrency Level:      1000',
      'Complete requests:      10000',
      'Failed requests:        0',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stdout).toContain('Keep-Alive requests:    10000');
    const { measured, footprint } = resultAt(json);
    expect(measured).toMatchObject({
      requests: 10_000,
      completed: 10_000,
      failed: 0,
      statuses: { 200: 10_000 },
    });
    expect(footprint).toMatchObject({ residentBytes: 536870912, cores: expect.any(Number) });

    // Counted again from each request.
    const rows = readFileSync(csv, 'utf8').trim().split('\n').slice(1);
    const totals = rows.map((row) => Number(row.split(',')[4])).sort((a, b) => a - b);
    expect(totals).toHaveLength(10_000);
    for (const percent of [50, 66, 75, 80, 90, 95, 98, 99, 100]) {
      const ms = totals[Math.ceil((percent / 100) * 10_000) - 1]!;
      const told = measured.percentiles.find((found) => found.percent === percent)!.ms;
      expect(Math.abs(told - ms), `p${percent}`).toBeLessThan(0.002 + 2e-4 * ms);
      expect(stdout).toMatch(new RegExp(`^ +${percent}% +${Math.round(told)}( |$)`, 'm'));
    }
    const perSecond = measured.overTime.reduce((sum, { requestsPerSecond }, index, all) => {
      const end = all[index + 1]?.second ?? measured.seconds;
      return sum + requestsPerSecond * (end - all[index]!.second);
    }, 0);
    expect(perSecond).toBeCloseTo(10_000, 3);
  });

  it('presses classify with rows, and tells accuracy, pictures and capacity, in Chinese', async () => {
    const [json, plots] = [join(folder, 'rows.json'), join(folder, 'plots')];
    const { code, stdout, stderr } = await run(
      [
        ...['-n', '40', '-c', '4', '-k', '-q', '-H', `Authorization: Bearer ${KEY}`, '--expect-label'],
        ...[
          '--dataset',
          'news',
          '--split',
          'test',
          '--dataset-dir',
          join(folder, 'data'),
          '--model',
          'tuned',
        ],
        ...['-p', join(folder, 'body.json'), '--json', json, '--plots', plots],
        ...['--target-qps', '100000', '--price-per-hour', '1', '--slo', 'p95=30s'],
        `${server.origin}/v1/classify?key=${KEY}`,
      ],
      'zh',
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Percentage of the requests served within a certain time (ms)');
    expect(stdout).toContain('负载下的准确率：50.0 %（40 个回答中 20 个正确）');
    expect(stdout).toMatch(/p95=30000ms 满足\n/);
    expect(stdout).toMatch(/容量：100000\/s 需要 \d+ 个实例/);
    expect(stdout).toMatch(/成本：每小时 \d+/);
    expect(asked[0]).toEqual({
      model: 'tuned',
      labels: ['sports', 'money'],
      messages: [{ role: 'user', content: ROWS[0]![0] }],
      mode: 'argmax',
    });
    for (const name of ['latency.svg', 'latency.png', 'throughput.svg', 'throughput.png']) {
      expect(existsSync(join(plots, name)), name).toBe(true);
    }
    const { measured } = resultAt(json);
    expect(measured).toMatchObject({
      failed: 0,
      errors: { label: 20 },
      accuracy: { right: 20, compared: 40 },
    });
    expect(stdout + readFileSync(json, 'utf8')).not.toContain(KEY);
  });

  it('ramps up to what holds, and says with its exit code that a level does not', async () => {
    const json = join(folder, 'ramp.json');
    const ramp = await run([
      ...[
        '--ramp',
        '20:100:80',
        '--step-time',
        '1.5',
        '--slo',
        'p50=300ms',
        '--target-qps',
        '100',
        '--json',
        json,
      ],
      `${server.origin}/one-by-one`,
    ]);
    expect(ramp.code, ramp.stderr).toBe(0);
    expect(ramp.stdout).toMatch(/ 20 .* yes\n.* 100 .* no \(ended early\)\nHighest rate that holds: 20\/s/);
    expect(ramp.stdout).toContain('Capacity: 100/s need 8 instances of 20/s each at p50=300ms');
    expect(resultAt(json).steps).toHaveLength(2);

    const broken = await run(['-n', '2', '--slo', 'p95=200ms', `${server.origin}/slow`]);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('p95=200ms does not hold');
  });

  it('ends at Ctrl-C with what was over by then', async () => {
    const csv = join(folder, 'stopped.csv');
    const command = startTunesmith(
      ['loadtest', '-t', '600', '-c', '2', '--csv', csv, `${server.origin}/slow`],
      {
        cache,
      },
    );
    await expect.poll(() => server.counts.paths.get('/slow') ?? 0, { timeout: 30_000 }).toBeGreaterThan(8);
    command.child.kill('SIGINT');
    const { code, stdout } = await command.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Stopped by hand');
    expect(Number(/Complete requests: +(\d+)/.exec(stdout)![1])).toBeGreaterThan(1);
  });

  it('refuses what cannot be, before anything is sent', async () => {
    const { code, stdout, stderr } = await run(['--ramp', '1:9', 'http://127.0.0.1/']);
    expect(stderr).toBe(
      'error: loadtest: --ramp looks for the rate that holds --slo; add one, as --slo p95=300ms\n',
    );
    expect(code).toBe(1);
    expect(stdout).toBe('');
  });
});

describe('tunesmith deploy', () => {
  it('writes down what a load test measured', async () => {
    const [json, out] = [join(folder, 'held.json'), join(folder, 'deploy')];
    const press = ['-n', '40', '-c', '4', '-k', '-q', '--json', json, `${server.origin}/quick`];
    expect((await run(press)).code).toBe(0);
    const qps = resultAt(json).measured.requestsPerSecond;
    const settings = [`model_name_or_path=${join(GOLDEN, 'models', 'llama')}`, 'max_num_seqs=4', 'port=9000'];
    const words = ['--loadtest', json, '--target-qps', String(2 * qps), '--cpu', '2', '--out', out];
    const { code, stdout, stderr } = await tunesmith(['deploy', ...settings, ...words], { cache });
    expect(code, stderr).toBe(0);
    // Twice what one holds, with 30 % to spare: 2 / 0.7, rounded up.
    expect(stdout).toContain('need 3 instances');
    // Nothing is claimed to be published: the package comes from here, and it is said how.
    const [, file] = /The image installs (tunesmith-[\d.]+\.tgz) from there/.exec(stdout)!;
    expect(stdout).toContain(`npm pack --pack-destination "${out}"`);
    expect(readFileSync(join(out, 'Dockerfile'), 'utf8')).toContain(`COPY ["${file}","/srv/package/"]`);
    const { services } = parse(readFileSync(join(out, 'compose.yaml'), 'utf8'));
    expect(services.tunesmith.deploy).toMatchObject({
      replicas: 3,
      resources: { limits: { cpus: '2', memory: String(640 * 2 ** 20) } },
    });
    expect(services.tunesmith.command).toEqual([
      'model_name_or_path=/srv/model',
      'served_model_name=llama',
      ...['host=0.0.0.0', 'port=9000', 'num_threads=2', 'request_timeout=600', 'max_num_seqs=4'],
    ]);
    for (const name of ['Dockerfile', 'kubernetes.yaml', 'vllm.sh']) {
      expect(existsSync(join(out, name)), name).toBe(true);
    }
  });

  it('says in Chinese what it needs to know', async () => {
    const { code, stderr } = await tunesmith(
      ['deploy', 'model_name_or_path=starter:gemma-3-270m', '--memory', '2'],
      {
        cache,
        language: 'zh',
      },
    );
    expect(code).toBe(1);
    expect(stderr).toContain('不知道每个副本的 cpu；请给出 --cpu');
  });
});
