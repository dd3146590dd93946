/** Writes the report on an experiment into its folder, in every format that is asked for. */
import { join } from 'node:path';
import { type Language, writeFileAtomic } from '../../core/index.ts';
import { htmlReport } from './html-report.ts';
import { markdownReport } from './markdown-report.ts';
import { pdfReport } from './pdf-report.ts';
import { readReportData } from './report-data.ts';
import { workbook } from './workbook.ts';

/** Where each format goes; those that are absent are not written. */
export interface ReportFiles {
  readonly html?: string | undefined;
  readonly markdown?: string | undefined;
  readonly xlsx?: string | undefined;
  readonly pdf?: string | undefined;
}

/**
 * @param files report.html, report.md and report.xlsx in the experiment's folder when absent
 * @throws RunError when the folder holds no experiment that has come to its verdict
 * @throws TunesmithError with code `browser` when no browser is there to print a PDF
 */
export async function writeReports(
  outputDir: string,
  language: Language,
  files: ReportFiles = {
    html: join(outputDir, 'report.html'),
    markdown: join(outputDir, 'report.md'),
    xlsx: join(outputDir, 'report.xlsx'),
  },
): Promise<void> {
  const data = readReportData(outputDir, language);
  const { html, markdown, xlsx, pdf } = files;
  if (html !== undefined) writeFileAtomic(html, htmlReport(data));
  if (markdown !== undefined) writeFileAtomic(markdown, markdownReport(data));
  if (xlsx !== undefined) writeFileAtomic(xlsx, await workbook(data));
  if (pdf !== undefined) writeFileAtomic(pdf, await pdfReport(htmlReport(data)));
}
