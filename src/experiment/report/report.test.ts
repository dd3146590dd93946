import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import readXlsxFile from 'read-excel-file/node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveExperiment } from '../../config/index.ts';
import type { Language } from '../../core/index.ts';
import { compareModels, decide, evidenceIn, type JudgedRow, judgeModel } from '../../evaluate/index.ts';
import { readReportWords, reportLanguage } from './edited-words.ts';
import { htmlReport } from './html-report.ts';
import { escapeMarkdown, markdownReport } from './markdown-report.ts';
import { pdfReport } from './pdf-report.ts';
import type { ReportData } from './report-data.ts';
import { workbook } from './workbook.ts';

/** What a text from data may hold, to be found wherever it is shown. */
const EVIL = `</td><script>alert('1')</script>"><img src=x onerror=alert(2)>|\`javascript:\``;
const LABELS = ['billing', EVIL, '账单'];

function rowsOf(wrongEvery: number): JudgedRow[] {
  return Array.from({ length: 60 }, (_, index) => {
    const truth = LABELS[index % 3]!;
    const prediction = index % wrongEvery === 0 ? LABELS[(index + 1) % 3]! : truth;
    const answer = `=HYPERLINK("http://a")${EVIL}`;
    return { file: EVIL, row: index + 1, input: `${EVIL} \u202e\u0000 ${index}`, truth, prediction, answer };
  });
}

function dataIn(language: Language): ReportData {
  const text = JSON.stringify({
    name: 'evil',
    question: `Well? ${EVIL}`,
    test_dataset: [EVIL],
    candidates: {
      new: { predictions: `${EVIL}.csv` },
      online: { endpoint: { url: 'http://u:secret@a.b/c?key=secret' } },
    },
    candidate: 'new',
    incumbent: 'online',
    criteria: { macro_f1: { min: 0.5, beats: 'incumbent' }, accuracy: { min: 0.99 } },
  });
  const experiment = resolveExperiment(text, 'e.yaml');
  const names = ['new', 'online'];
  const rows = [rowsOf(20), rowsOf(2)];
  const answers = names.map((name, index) => ({ name, judgedBy: 'answer' as const, rows: rows[index]! }));
  const comparison = compareModels(answers, { labels: LABELS, incumbent: 'online', seed: 1, resamples: 200 });
  const verdict = decide(experiment.criteria.map((criterion) => evidenceIn(comparison, 'new', criterion)));
  const time = '2026-01-02T03:04:05.000Z';
  return {
    language,
    edited: {},
    verdict,
    comparison,
    trainings: [],
    loads: [],
    outputDir: EVIL,
    judged: names.map((name, index) => {
      const judged = { model: name, judgedBy: 'answer' as const, labels: LABELS, rows: rows[index]! };
      return { name, evaluation: judgeModel(judged), rows: rows[index]!, others: [], findings: [] };
    }),
    record: {
      version: 1,
      experiment,
      programVersion: '1.2.3',
      machine: { cpu: EVIL, cores: 2, memoryBytes: 2 ** 30 },
      state: 'finished',
      started: time,
      updated: time,
      stages: [
        {
          id: 'judge/new',
          kind: 'judge',
          subject: 'new',
          key: 'a'.repeat(64),
          folder: EVIL,
          state: 'finished',
        },
      ],
      models: { new: { name: EVIL, hash: 'b'.repeat(64) } },
      testHash: 'c'.repeat(64),
      rules: [{ since: time, isAfterResults: false, candidate: 'new', criteria: experiment.criteria }],
      verdict,
    },
  };
}

describe('the page', () => {
  it.each(['en', 'zh'] as const)('in %s turns no text of the data into markup', (language) => {
    const page = htmlReport(dataIn(language));
    const { document } = parseHTML(page);
    expect(document.querySelectorAll('script, img, iframe, object, form, a, link')).toHaveLength(0);
    for (const element of document.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on/i);
    }
    expect(document.querySelector('h1')!.textContent).toBe(`Well? ${EVIL}`);
    expect(page).not.toMatch(/[\u202e\0]/);
  });

  it('asks for nothing from elsewhere', () => {
    const page = htmlReport(dataIn('en'));
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)\s*=\s*["']?\s*(?:https?:|\/\/)|@import|url\(/i);
  });

  it('says the verdict with its reasons, the rule and when it was set', () => {
    const data = dataIn('en');
    expect(data.verdict.decision).toBe('not_enough_evidence');
    const { document } = parseHTML(htmlReport(data).replaceAll('</td>', ' </td>'));
    const text = document.querySelector('main')!.textContent!.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/Not enough evidence: 1 of 3 criteria left open\. About [\d,]+ more rows/);
    expect(text).toContain('before any result was known');
    expect(text).toMatch(/Macro F1 at least 0\.5 0\.9\d\d 0\.\d{3} – [01]\.\d{3} ✓ met/);
    expect(text).toMatch(/better than online.*✓ met/);
    expect(text).toContain('new against online');
    expect(document.querySelectorAll('svg').length).toBeGreaterThanOrEqual(3);
    expect(document.querySelector('html')!.getAttribute('lang')).toBe('en');
  });

  it('says the same in Chinese', () => {
    const { document } = parseHTML(htmlReport(dataIn('zh')));
    const text = document.querySelector('main')!.textContent!;
    for (const words of ['证据不足', '事先的标准与结果', '两两比较', '混淆矩阵', '判错的行', '测量方法']) {
      expect(text).toContain(words);
    }
    expect(document.querySelector('html')!.getAttribute('lang')).toBe('zh-CN');
  });
});

describe('Markdown', () => {
  it('keeps texts of the data on their line and without markup', () => {
    const lines = markdownReport(dataIn('en')).split('\n');
    for (const line of lines) expect(line).not.toMatch(/(?<!\\)[<`]/);
    const header = lines.findIndex((line) => line.startsWith('| Candidate'));
    const cells = (line: string) => line.split(/(?<!\\)\|/).length;
    expect(cells(lines[header + 2]!)).toBe(cells(lines[header]!));
    expect(lines[0]).toBe(`# Well? ${escapeMarkdown(EVIL)}`);
  });
});

describe('the PDF', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('says which browser printed none, and what to do', async () => {
    vi.stubEnv('CHROME_PATH', join(tmpdir(), 'no-such-browser'));
    await expect(pdfReport('<h1>x</h1>')).rejects.toMatchObject({
      code: 'browser',
      message: expect.stringContaining('no-such-browser printed no PDF'),
      zh: expect.stringContaining('请用其他浏览器打印'),
    });
  });
});

describe('the spreadsheet', () => {
  it('has every row with the answers of each candidate, as texts that are no formulas', async () => {
    const sheets = await readXlsxFile(Buffer.from(await workbook(dataIn('en'))));
    expect(sheets.map(({ sheet }) => sheet)).toEqual([
      'Verdict',
      'Metrics',
      'Differences',
      'Classes',
      'Confusion',
      'Predictions',
    ]);
    const [header, ...rows] = sheets.at(-1)!.data;
    expect(header).toEqual([
      'File',
      'Row',
      'Input',
      'True',
      'new',
      'new: Probability',
      'online',
      'online: Probability',
    ]);
    expect(rows).toHaveLength(60);
    expect(rows[1]!.slice(0, 5)).toEqual([EVIL, 2, `${EVIL} \u202e 1`, EVIL, EVIL]);
  });
});

describe('words that somebody wrote', () => {
  const edited = {
    question: `Shall we? ${EVIL}`,
    summary: `First ${EVIL}\nstill first.\n\nSecond.`,
    answers: 'On answers.',
    next: 'Ship it.',
  };
  const data = { ...dataIn('en'), edited };

  it('stand where they belong, as text, and change no figure', () => {
    const { document } = parseHTML(htmlReport(data));
    expect(document.querySelectorAll('script, img')).toHaveLength(0);
    expect(document.querySelector('h1')!.textContent).toBe(edited.question);
    const written = [...document.querySelectorAll('p.words')].map((one) => one.textContent);
    expect(written).toEqual([`First ${EVIL}\nstill first.`, 'Second.', 'On answers.', 'Ship it.']);
    const figures = (page: string) =>
      [...parseHTML(page).document.querySelectorAll('td')].map((cell) => cell.textContent);
    expect(figures(htmlReport(data))).toEqual(figures(htmlReport(dataIn('en'))));
  });

  it('are in Markdown and in the spreadsheet too', async () => {
    const lines = markdownReport(data).split('\n');
    expect(lines[0]).toBe(`# ${escapeMarkdown(edited.question)}`);
    expect(lines).toContain('Second.');
    expect(lines.slice(lines.indexOf('## What follows'))).toContain('Ship it.');
    const [verdict] = await readXlsxFile(Buffer.from(await workbook(data)));
    expect(verdict!.data.map(([first]) => first)).toContain('On answers.');
  });

  it('are read from beside the experiment, and refused when they are broken', () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-words-'));
    const path = join(folder, 'report-words.json');
    try {
      expect(readReportWords(folder)).toEqual({});
      writeFileSync(path, JSON.stringify({ language: 'zh', summary: ' so ' }));
      expect(readReportWords(folder)).toEqual({ language: 'zh', summary: 'so' });
      expect(reportLanguage(folder, 'en')).toBe('zh');
      writeFileSync(path, JSON.stringify({ accuracy: '1.0' }));
      expect(() => readReportWords(folder)).toThrow(/accuracy.*correct it, or delete it/);
      writeFileSync(path, '{');
      expect(() => readReportWords(folder)).toThrow(/is no JSON/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
