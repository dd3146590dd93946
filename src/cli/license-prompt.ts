/** Shows a model's licence, and asks for its acceptance where nobody gave it beforehand. */
import { confirm, isCancel } from '@clack/prompts';
import type { Language } from '../core/index.ts';
import type { LicenseNotice } from '../hub/index.ts';

const QUESTION = { en: 'Do you accept them?', zh: '是否接受？' } as const;

/** @param accepted by `--accept-license` or the run file: then the notice is only shown */
export function licensePrompt(
  language: Language,
  accepted: boolean,
): (notice: LicenseNotice) => Promise<boolean> {
  return async ({ text }) => {
    process.stderr.write(`${text[language]}\n`);
    if (accepted) return true;
    if (!process.stdin.isTTY) return false;
    const answer = await confirm({ message: QUESTION[language], initialValue: false });
    return !isCancel(answer) && answer;
  };
}
