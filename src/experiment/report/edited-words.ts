/** The words that somebody wrote into a report, kept beside the experiment. Figures are never among them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReportWords, ReportWordsSchema } from '../../config/index.ts';
import { type Language, messageOf, RunError } from '../../core/index.ts';
import { html, type Markup } from './markup.ts';

const FILE = 'report-words.json';

/** @throws RunError when the file is broken */
export function readReportWords(outputDir: string): ReportWords {
  const path = join(outputDir, FILE);
  if (!existsSync(path)) return {};
  const parsed = ReportWordsSchema.safeParse(parse(readFileSync(path, 'utf8'), path));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path: key, message }) => `${key.join('.') || 'all'}: ${message}`,
  );
  throw new RunError({
    en: `${path}: ${problems.join('; ')}; correct it, or delete it`,
    zh: `${path}：${problems.join('；')}；请更正或删除`,
  });
}

/** The language that the report is written in, where somebody chose one. */
export function reportLanguage(outputDir: string, otherwise: Language): Language {
  return readReportWords(outputDir).language ?? otherwise;
}

/** Paragraphs, parted by empty lines; nothing for no words. */
export function paragraphs(text: string | undefined): Markup {
  const parts = (text ?? '').split(/\n\s*\n/).filter((part) => part.trim() !== '');
  return html`${parts.map((part) => html`<p class="words">${part.trim()}</p>`)}`;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunError(
      {
        en: `${path}: is no JSON: ${messageOf(error)}; correct it, or delete it`,
        zh: `${path}：不是 JSON：${messageOf(error, 'zh')}；请更正或删除`,
      },
      error,
    );
  }
}
