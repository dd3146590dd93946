/** `tunesmith fetch`: brings a model onto this machine, so that what follows need not wait for it. */
import type { Command } from 'commander';
import type { Language } from '../core/index.ts';
import { resolveModel } from '../hub/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'fetch a model onto this machine',
  name: 'a starter, such as starter:smollm2-135m-instruct',
  license: 'accept the licence of the model',
  here: (path: string) => `on this machine: ${path}`,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '把模型取到本机',
    name: '起步模型，如 starter:smollm2-135m-instruct',
    license: '接受该模型的许可证',
    here: (path) => `已在本机：${path}`,
  },
};

export function addFetchCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('fetch')
    .description(text.about)
    .argument('<model>', text.name)
    .option('--accept-license', text.license)
    .action(async (name: string, { acceptLicense }: { acceptLicense?: boolean }) => {
      const progress = createTaskProgress(language);
      const { path } = await resolveModel(name, {
        acceptLicense: acceptLicense || licensePrompt(language, false),
        onProgress: progress.report,
      });
      progress.done();
      console.log(text.here(path));
    });
}
