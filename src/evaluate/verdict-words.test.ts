import { describe, expect, it } from 'vitest';
import { type Criterion, decide, type Evidence } from './verdict.ts';
import { checkInWords, decisionInWords } from './verdict-words.ts';

const f1 = { metric: 'macro_f1', min: 0.9 };
const latency = { metric: 'p95_ms', atConcurrency: 8, max: 300 };
const qps = { metric: 'qps', min: 20 };
const beats = { metric: 'accuracy', beats: '线上' };
const of = (criterion: Criterion, value: number, low: number, high: number, rows?: number): Evidence => ({
  criterion,
  figure: { value, low, high, ...(rows !== undefined && { rows }) },
});
const by = (value: number, corrected: number, p = corrected): Evidence => ({
  criterion: beats,
  difference: { value, low: value - 0.01, high: value + 0.01, rows: 1000, p, corrected, tests: 1 },
});

const cases: readonly (readonly [Evidence, string, string])[] = [
  [
    of(f1, 0.93, 0.912, 0.95, 800),
    'macro F1 is 0.930 [0.912, 0.950], which reaches 0.9.',
    '宏平均 F1 值为 0.930 [0.912, 0.950]，达到 0.9。',
  ],
  [
    of(f1, 0.83, 0.812, 0.85, 800),
    'macro F1 is 0.830 [0.812, 0.850], which is below 0.9.',
    '宏平均 F1 值为 0.830 [0.812, 0.850]，低于 0.9。',
  ],
  [
    of(f1, 0.9101, 0.89996, 0.92, 800),
    'macro F1 is 0.910 [0.89996, 0.920]: whether it reaches 0.9 is open. About 7 more rows would settle it, if the figures stay as they are.',
    '宏平均 F1 值为 0.910 [0.89996, 0.920]，尚不能判定是否达到 0.9。若数值保持不变，大约再有 7 条数据即可判定。',
  ],
  [
    of(f1, 0.9, 0.88, 0.92, 800),
    'macro F1 is 0.900 [0.880, 0.920]: whether it reaches 0.9 is open. More rows would hardly settle it: the figures lie too close.',
    '宏平均 F1 值为 0.900 [0.880, 0.920]，尚不能判定是否达到 0.9。数值过于接近，再多数据也难以判定。',
  ],
  [
    of(latency, 251.26, 240, 262),
    'p95 latency in ms at concurrency 8 is 251.3 [240, 262], which stays within 300.',
    '并发 8 时的延迟 p95（毫秒）为 251.3 [240, 262]，未超过 300。',
  ],
  [
    of(latency, 351, 340, 362),
    'p95 latency in ms at concurrency 8 is 351 [340, 362], which is above 300.',
    '并发 8 时的延迟 p95（毫秒）为 351 [340, 362]，超过 300。',
  ],
  [
    of(latency, 295, 280, 310),
    'p95 latency in ms at concurrency 8 is 295 [280, 310]: whether it stays within 300 is open. A longer measurement may settle it.',
    '并发 8 时的延迟 p95（毫秒）为 295 [280, 310]，尚不能判定是否不超过 300。延长测量或可判定。',
  ],
  [
    of(qps, 25.5, 25.5, 25.5),
    'requests per second is 25.5, which reaches 20.',
    '每秒请求数为 25.5，达到 20。',
  ],
  [{ criterion: qps }, 'requests per second was not measured.', '每秒请求数没有测量。'],
  [
    by(0.043, 0.0002),
    "accuracy is better than 线上's by 0.043 [0.033, 0.053], p < 0.001.",
    '准确率优于 线上，差值 0.043 [0.033, 0.053]，p < 0.001。',
  ],
  [
    by(-0.043, 0.012),
    "accuracy is worse than 线上's by -0.043 [-0.053, -0.033], p = 0.012.",
    '准确率劣于 线上，差值 -0.043 [-0.053, -0.033]，p = 0.012。',
  ],
  [
    by(0.005, 0.31731050786),
    "accuracy differs from 线上's by 0.005 [-0.005, 0.015], p = 0.317: that may be chance. About 2,842 more rows would settle it, if the figures stay as they are.",
    '准确率与 线上 的差值为 0.005 [-0.005, 0.015]，p = 0.317，可能只是偶然。若数值保持不变，大约再有 2,842 条数据即可判定。',
  ],
  [{ criterion: beats }, "accuracy was not compared with 线上's.", '准确率没有与 线上 比较。'],
];

describe('a check in words', () => {
  it.each(cases)('%#', (evidence, en, zh) => {
    const [check] = decide([evidence]).checks;
    expect(checkInWords(check!, 'en')).toBe(en);
    expect(checkInWords(check!, 'zh')).toBe(zh);
  });
});

describe('a decision in words', () => {
  const met = of(f1, 0.93, 0.91, 0.95, 800);
  const failed = of(f1, 0.8, 0.79, 0.81, 800);
  const decisions: readonly (readonly [Evidence[], string, string])[] = [
    [[met, met], 'Go: all criteria are met (2 of 2).', '可以上线：2 项标准全部达到。'],
    [[met, failed], 'No go: 1 of 2 criteria failed.', '不可上线：2 项标准中有 1 项未达到。'],
    [
      [met, by(0.005, 0.31731050786)],
      'Not enough evidence: 1 of 2 criteria left open. About 2,842 more rows would settle it, if the figures stay as they are.',
      '证据不足：2 项标准中有 1 项尚不能判定。若数值保持不变，大约再有 2,842 条数据即可判定。',
    ],
    [[], 'Not enough evidence: no criteria were set.', '证据不足：没有设定标准。'],
  ];
  it.each(decisions)('%#', (evidence, en, zh) => {
    expect(decisionInWords(decide(evidence), 'en')).toBe(en);
    expect(decisionInWords(decide(evidence), 'zh')).toBe(zh);
  });
});
