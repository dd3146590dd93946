/** `tunesmith data`: data sets brought in, looked at, split and handed on. */
import type { Command } from 'commander';
import type { Language } from '../core/index.ts';
import { addDataAddCommand } from './data-add-command.ts';
import { addDataCheckCommand } from './data-check-command.ts';
import { addDataEnrichCommand } from './data-enrich-command.ts';
import { addDataExportCommand } from './data-export-command.ts';
import { addDataShowCommand } from './data-show-command.ts';
import { addDataSplitCommand } from './data-split-command.ts';

const ABOUT: Readonly<Record<Language, string>> = {
  en: 'bring data in, check it, see it as the model does, split it, hand it on',
  zh: '导入数据、检查、按模型所见查看、划分、导出',
};

export function addDataCommand(program: Command, language: Language): void {
  const data = program.command('data').description(ABOUT[language]);
  addDataAddCommand(data, language);
  addDataShowCommand(data, language);
  addDataCheckCommand(data, language);
  addDataSplitCommand(data, language);
  addDataEnrichCommand(data, language);
  addDataExportCommand(data, language);
}
