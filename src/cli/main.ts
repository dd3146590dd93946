#!/usr/bin/env node
/** The program `tunesmith`. Only the files of the command that is asked for are loaded. */
import { languageOf, messageOf, TunesmithError, textOf, told } from '../core/index.ts';
import type { CommandFailed } from '../jobs/index.ts';
import { endWithStarter } from './end-with-starter.ts';
import { isGuarded, runGuarded } from './guard.ts';
import { createProgram } from './program.ts';

/** Commands that compute in this process: they get a child, so that a crash of native code becomes a sentence. */
const COMPUTING = ['evaluate', 'chat'];

async function main(words: readonly string[]): Promise<void> {
  endWithStarter();
  const language = languageOf();
  const isHelp = words.some((word) => word === '--help' || word === '-h');
  if (COMPUTING.includes(words[0] ?? '') && !isHelp && !isGuarded()) {
    process.exitCode = await runGuarded(language);
    return;
  }
  try {
    const program = await createProgram(language, words[0]);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error, language)}\n`);
    const isKnown = error instanceof TunesmithError;
    // A mistake of ours needs its place; one of the user's has its remedy in the sentence.
    if (!isKnown && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
    // The studio shows it in the language of the page.
    const failed = { code: isKnown ? error.code : 'internal', ...told(textOf(error)) };
    if (process.connected) process.send!({ failed } satisfies CommandFailed);
  }
}

await main(process.argv.slice(2));
