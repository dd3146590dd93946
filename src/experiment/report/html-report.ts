/** A report as one HTML file that needs nothing else: no network, no script, no font. */
import { answersSection } from './answers-section.ts';
import { paragraphs } from './edited-words.ts';
import { loadSection } from './load-section.ts';
import { html, trusted } from './markup.ts';
import { methodSection } from './method-section.ts';
import type { ReportData } from './report-data.ts';
import { rowsSection } from './rows-section.ts';
import { STYLE } from './style.ts';
import { trainingSection } from './training-section.ts';
import { verdictSection } from './verdict-section.ts';
import { WORDS } from './words.ts';

/** Nothing is ever fetched or run, whatever a text from the data says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function htmlReport(data: ReportData): string {
  const words = WORDS[data.language];
  const { name } = data.record.experiment;
  const lang = data.language === 'zh' ? 'zh-CN' : 'en';
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<title>${words.decision[data.verdict.decision]} · ${name}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${verdictSection(data)}
${answersSection(data)}
${loadSection(data)}
${trainingSection(data)}
${rowsSection(data)}
${data.edited.next && html`<h2>${words.next}</h2>${paragraphs(data.edited.next)}`}
${methodSection(data)}
</main>
</body>
</html>
`.text;
}
