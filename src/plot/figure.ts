/**
 * A finished picture: SVG whose texts are texts, and PNG whose texts are drawn with a font of this machine. Where
 * no installed font has the characters, the PNG falls back to plainer words and says so in its note.
 */
import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';
import type { Bilingual, Language } from '../core/index.ts';
import { type Font, findFont, findInstalledFont } from './fonts.ts';

export interface Figure {
  readonly svg: string;
  /** Draws the picture at twice its size. */
  png(): Png;
}

export interface Png {
  readonly bytes: Uint8Array;
  /** What could not be drawn as asked, and the remedy; absent where the picture is as asked. */
  readonly note?: Bilingual;
}

/** How a picture is worded: as asked, in English with the caller's own names, or in English with numbers for them. */
export interface Wording {
  readonly language: Language;
  readonly names: 'own' | 'numbered';
}

/** Colours that colour-blind people tell apart (Okabe and Ito), and greys. */
export const COLOURS = {
  blue: '#0072b2',
  orange: '#d55e00',
  ink: '#1f2328',
  grey: '#6e7781',
  line: '#e6e8eb',
  /** Of areas: shown in part, for shares. */
  deep: '#084f8c',
};

export const FONT_FAMILY =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const PNG_SCALE = 2;
const PLAIN_CHARACTERS = 'The quick brown fox jumps over the lazy dog 0123456789.,:;()/%-';

/**
 * @param draw gives the whole SVG in a wording
 * @param names what the numbers of a numbered wording stand for, in order
 * @param chooseFont finds a font for all characters of a text
 */
export function createFigure(
  draw: (wording: Wording) => string,
  language: Language,
  names: readonly string[],
  chooseFont: (text: string) => Font | undefined = findFont,
): Figure {
  const asked: Wording = { language, names: 'own' };
  const svg = draw(asked);
  return {
    svg,
    png() {
      for (const wording of [
        asked,
        { language: 'en', names: 'own' },
        { language: 'en', names: 'numbered' },
      ]) {
        const worded = draw(wording as Wording);
        const font = chooseFont(textOf(worded));
        if (font === undefined) continue;
        const bytes = rasterise(worded, font, latinFont());
        return worded === svg ? { bytes } : { bytes, note: fallbackNote(wording as Wording, names) };
      }
      return { bytes: rasterise(svg), note: NO_FONT };
    },
  };
}

function latinFont(): Font | undefined {
  return findInstalledFont(PLAIN_CHARACTERS);
}

/** The width that a text takes, about: wide characters count one em, others a little over half. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += /[\u1100-\u11ff\u2e80-\uffe6]/u.test(character) ? 1 : 0.58;
  return ems * fontSize;
}

/**
 * Puts lines of text above a drawing: the title and, where there is something to say, quieter lines below it.
 * @param drawing what Plot drew
 * @returns one SVG that stands alone
 */
export function titled(
  drawing: { readonly outerHTML: string },
  size: { readonly width: number; readonly height: number },
  [title, ...others]: readonly [string, ...string[]],
): string {
  const { document } = parseHTML('<!doctype html><svg></svg>');
  const svg = document.querySelector('svg')!;
  const quiet = others.filter((line) => line !== '');
  const header = 36 + 20 * quiet.length;
  const height = header + size.height;
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', width: size.width, height };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, String(value));
  svg.setAttribute('viewBox', `0 0 ${size.width} ${height}`);
  svg.setAttribute('font-family', FONT_FAMILY);
  const lines = [
    { text: title, y: 28, size: 17, colour: COLOURS.ink },
    ...quiet.map((text, index) => ({ text, y: 50 + 20 * index, size: 13, colour: COLOURS.grey })),
  ];
  svg.innerHTML = drawing.outerHTML.replace('<svg', `<svg y="${header}" xmlns="http://www.w3.org/2000/svg"`);
  // Plot labels its groups, which have no role that a label could be for.
  for (const group of svg.querySelectorAll('[aria-label]')) group.removeAttribute('aria-label');
  for (const line of lines) {
    const text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    text.setAttribute('x', '16');
    text.setAttribute('y', String(line.y));
    text.setAttribute('font-size', String(line.size));
    text.setAttribute('fill', line.colour);
    text.textContent = line.text;
    svg.append(text);
  }
  return svg.outerHTML;
}

/** A document that Plot draws into. */
export function createDocument(): ReturnType<typeof parseHTML>['document'] {
  return parseHTML('<!doctype html><body></body>').document;
}

/**
 * Plain texts take a Latin font where one is known by name: the rasteriser reads the font's file for every
 * glyph, and those of CJK are hundred times larger.
 */
function rasterise(svg: string, font?: Font, latin?: Font): Uint8Array {
  const family = latin?.family;
  const worded = family
    ? svg.replace(/<text(?=[^>]*>[\x20-\x7e]+<\/text>)/g, `<text font-family="${family}"`)
    : svg;
  const picture = new Resvg(worded, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: PNG_SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: [font, latin].flatMap((file) => (file ? [file.path] : [])),
      ...(font?.family ? { defaultFontFamily: font.family } : {}),
    },
  });
  return picture.render().asPng();
}

/** All characters that the picture shows. */
function textOf(svg: string): string {
  return svg.replace(/<style[\s\S]*?<\/style>|<title[\s\S]*?<\/title>|<[^>]*>/g, '');
}

function fallbackNote(wording: Wording, names: readonly string[]): Bilingual {
  if (wording.names === 'own') {
    return {
      en: `plot: no installed font has the characters of the titles, so they are in English; ${REMEDY.en}`,
      zh: `绘图：系统中没有能显示标题文字的字体，标题改用英文；${REMEDY.zh}`,
    };
  }
  const legend = names.map((name, index) => `${index + 1} = ${name}`).join(', ');
  return {
    en: `plot: no installed font has the characters of all names, so the picture leaves them out${legend && ` or numbers them (${legend})`}; ${REMEDY.en}`,
    zh: `绘图：系统中没有能显示全部名称的字体，图中省略或以编号代替${legend && `（${legend}）`}；${REMEDY.zh}`,
  };
}

const REMEDY: Bilingual = {
  en: 'install one (on Debian and Ubuntu: fonts-noto-cjk) or name a font file in TUNESMITH_FONT',
  zh: '请安装字体（Debian、Ubuntu 上为 fonts-noto-cjk），或用 TUNESMITH_FONT 指定字体文件',
};

const NO_FONT: Bilingual = {
  en: `plot: no font is installed, so the PNG has no text, while the SVG has; ${REMEDY.en}`,
  zh: `绘图：系统中没有任何字体，PNG 中没有文字（SVG 中有）；${REMEDY.zh}`,
};
