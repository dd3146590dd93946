import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { confusionMatrix } from './confusion-matrix.ts';
import { createFigure, type Wording } from './figure.ts';
import { findInstalledFont } from './fonts.ts';
import { intervalChart } from './interval-chart.ts';
import { lossCurve } from './loss-curve.ts';
import { themedSvg } from './themed.ts';

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47];

function texts(svg: string): string[] {
  return [...parseHTML(svg).document.querySelectorAll('text')].map((text) => text.textContent ?? '');
}

function pngSize(bytes: Uint8Array): { width: number; height: number } {
  const buffer = Buffer.from(bytes);
  expect([...buffer.subarray(0, 4)]).toEqual(PNG_MAGIC);
  return { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) };
}

describe('lossCurve', () => {
  const training = Array.from({ length: 50 }, (_, i) => ({ step: i + 1, loss: 3 * Math.exp(-i / 10) + 0.5 }));
  const evaluation = [
    { step: 25, loss: 0.9 },
    { step: 50, loss: 0.6 },
  ];

  it('labels both lines with their last values and names unit and steps, in both languages', () => {
    const english = texts(lossCurve({ training, evaluation, subtitle: 'tiny', language: 'en' }).svg);
    expect(english).toEqual(
      expect.arrayContaining(['Training loss', 'tiny', 'optimizer step', 'evaluation 0.600', '50']),
    );
    expect(english.join(' ')).toMatch(/nats per token/);
    expect(english.some((text) => /^training 0\.\d{3}$/.test(text))).toBe(true);
    const chinese = texts(lossCurve({ training, evaluation, language: 'zh' }).svg);
    expect(chinese).toEqual(expect.arrayContaining(['训练损失', '优化步数', '评估 0.600']));
  });

  it('draws few, one and no values, and leaves out values that are not finite', () => {
    for (const count of [0, 1, 3]) {
      const svg = lossCurve({ training: training.slice(0, count), language: 'en' }).svg;
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(texts(svg)).toContain('optimizer step');
    }
    const broken = [...training.slice(0, 3), { step: 4, loss: Number.NaN }];
    expect(lossCurve({ training: broken, language: 'en' }).svg).not.toMatch(/NaN/);
  });

  it('escapes what it is given', () => {
    const { svg } = lossCurve({ training, subtitle: '<b>&"', language: 'en' });
    expect(svg).toContain('&lt;b&gt;&amp;"');
  });
});

describe('confusionMatrix', () => {
  const labels = ['billing', 'shipping', 'returns'];
  const counts = [
    [7, 1, 0],
    [0, 5, 2],
    [0, 0, 0],
  ];

  it('prints counts, labels and the share that is right, and no column for other answers where there are none', () => {
    const shown = texts(confusionMatrix({ labels, counts, language: 'en' }).svg);
    expect(shown).toEqual(expect.arrayContaining(['7', '1', '5', '2', '12 / 15 right (80.0%)']));
    expect(shown.filter((text) => text === 'billing')).toHaveLength(2);
    expect(shown).not.toContain('other');
  });

  it('gives answers that are no label a column', () => {
    const withOther = counts.map((row, index) => [...row, index]);
    const shown = texts(confusionMatrix({ labels, counts: withOther, subtitle: '模型', language: 'zh' }).svg);
    expect(shown).toEqual(expect.arrayContaining(['其他', '模型 · 12 / 18 正确 (66.7%)']));
  });

  it('shades each row by its own shares', () => {
    const svg = parseHTML(confusionMatrix({ labels, counts, language: 'en' }).svg).document;
    const shades = [...svg.querySelectorAll('rect')].map((cell) => Number(cell.getAttribute('fill-opacity')));
    expect(shades.slice(-9)).toEqual([7 / 8, 1 / 8, 0, 0, 5 / 7, 2 / 7, 0, 0, 0]);
  });
});

describe('intervalChart', () => {
  it('names each line with its value, and keeps within the scale of scores', () => {
    const lines = [
      { name: 'tuned', value: 0.91, low: 0.86, high: 0.97, isMarked: true },
      { name: '<base>', value: 0.2, low: 0.15, high: 0.26 },
    ];
    const { svg } = intervalChart({ title: 'Macro F1', lines, bound: 0.8, language: 'en' });
    expect(texts(svg)).toEqual(expect.arrayContaining(['Macro F1', 'tuned', '0.910', '<base>', '0.200']));
    expect(svg).not.toMatch(/NaN|<base>/);
  });
});

describe('themedSvg', () => {
  it('takes every colour from the page, and keeps its own where that has none', () => {
    const { svg } = confusionMatrix({
      labels: ['a', 'b'],
      counts: [
        [1, 0],
        [0, 1],
      ],
      language: 'en',
    });
    const themed = themedSvg(svg);
    expect(themed).toContain('var(--figure-ink, #1f2328)');
    expect(themed.replaceAll(/var\(--figure-\w+, (#\w+)\)/g, '$1')).toBe(svg);
    expect(themed.replaceAll(/var\([^)]*\)/g, '')).not.toMatch(/#(?!f{6})[\da-f]{6}/i);
  });
});

describe('png', () => {
  const draw = ({ language, names }: Wording) => {
    const title = language === 'zh' ? '标题' : 'Title';
    const name = names === 'own' ? '财经' : '1';
    return `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><text x="5" y="20">${title}</text><text x="5" y="40">${name}</text></svg>`;
  };
  const latin = findInstalledFont('Title 1');
  const covering = (allowed: RegExp) => (text: string) => (allowed.test(text) ? { path: '' } : undefined);

  const cases: readonly (readonly [string, RegExp, RegExp | undefined])[] = [
    ['a font for everything', /^.*$/s, undefined],
    ['no font for the words', /^[^标题]*$/, /titles/],
    ['no font for the names', /^[\x20-\x7e]*$/, /1 = 财经/],
    ['no font at all', /^$/, /no font is installed/],
  ];
  it.each(cases)('%s', (_, allowed, note) => {
    const figure = createFigure(draw, 'zh', ['财经'], covering(allowed));
    const png = figure.png();
    expect(pngSize(png.bytes)).toEqual({ width: 200, height: 100 });
    if (note === undefined) expect(png.note).toBeUndefined();
    else expect(png.note?.en).toMatch(note);
    expect(figure.svg).toContain('财经');
  });

  it.skipIf(latin === undefined)(
    'draws its texts with an installed font (skipped where there is none)',
    () => {
      const withText = createFigure(() => draw({ language: 'en', names: 'numbered' }), 'en', []).png();
      const without = createFigure(draw, 'en', [], () => undefined).png();
      expect(withText.note).toBeUndefined();
      expect(withText.bytes.length).toBeGreaterThan(without.bytes.length);
    },
  );
});
