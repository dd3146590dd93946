/** `tunesmith version`. */
import type { Command } from 'commander';
import type { Language } from '../core/index.ts';
import { packageVersion } from './package-version.ts';

const ABOUT: Readonly<Record<Language, string>> = { en: 'print the version', zh: '显示版本' };

export function addVersionCommand(program: Command, language: Language): void {
  program
    .command('version')
    .description(ABOUT[language])
    .action(() => console.log(`tunesmith ${packageVersion()}`));
}
