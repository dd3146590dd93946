/** `tunesmith report`: the conclusion of an experiment as a page, as Markdown and as a spreadsheet. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, type Language } from '../core/index.ts';
import { reportLanguage, writeReports } from '../experiment/index.ts';
import { readExperiment } from './experiment-command.ts';
import { shownPath } from './shown-path.ts';

const EN = {
  about: 'write the report on an experiment: one self-contained HTML file, Markdown, a spreadsheet, PDF',
  from: 'the folder of an experiment, or its experiment.yaml',
  html: 'where the page goes; report.html in the folder when no format is named',
  markdown: 'where the Markdown goes',
  xlsx: 'where the spreadsheet goes, with every prediction',
  pdf: 'where the PDF goes, printed by Chrome, Chromium or Edge of this machine',
  language: 'en or zh; else the language of the terminal',
  written: 'written to',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '生成实验报告：独立的 HTML 文件、Markdown、表格与 PDF',
    from: '实验的文件夹，或其 experiment.yaml',
    html: 'HTML 的位置；未指定任何格式时为文件夹中的 report.html',
    markdown: 'Markdown 的位置',
    xlsx: '表格的位置，含全部预测',
    pdf: 'PDF 的位置，由本机的 Chrome、Chromium 或 Edge 打印',
    language: 'en 或 zh，默认与终端一致',
    written: '已写入',
  },
};

interface Options {
  readonly html?: string;
  readonly md?: string;
  readonly xlsx?: string;
  readonly pdf?: string;
  readonly language?: string;
}

export function addReportCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('report')
    .description(text.about)
    .argument('<experiment>', text.from)
    .option('--html <file>', text.html)
    .option('--md <file>', text.markdown)
    .option('--xlsx <file>', text.xlsx)
    .option('--pdf <file>', text.pdf)
    .option('--language <language>', text.language)
    .action(async (from: string, options: Options) => {
      const outputDir = folderOf(from);
      const { html, md: markdown, xlsx, pdf } = options;
      const named = { html, markdown, xlsx, pdf };
      const files = Object.values(named).some((file) => file !== undefined)
        ? named
        : {
            html: join(outputDir, 'report.html'),
            markdown: join(outputDir, 'report.md'),
            xlsx: join(outputDir, 'report.xlsx'),
          };
      await writeReports(
        outputDir,
        languageFor(options.language, reportLanguage(outputDir, language)),
        files,
      );
      const written = Object.values(files).flatMap((file) => (file === undefined ? [] : [shownPath(file)]));
      console.log(`${text.written} ${written.join('  ')}`);
    });
}

function folderOf(from: string): string {
  if (!existsSync(from)) {
    throw new ConfigError({
      en: `${from}: there is no such file or folder; give an experiment's folder`,
      zh: `${from}：没有这个文件或文件夹；请给出实验的文件夹`,
    });
  }
  return statSync(from).isDirectory() ? from : readExperiment(from, []).outputDir;
}

function languageFor(wanted: string | undefined, language: Language): Language {
  if (wanted === undefined) return language;
  if (wanted === 'en' || wanted === 'zh') return wanted;
  throw new ConfigError({
    en: `report: there is no language ${wanted}; choose en or zh`,
    zh: `report：没有 ${wanted} 这种语言；请选 en 或 zh`,
  });
}
