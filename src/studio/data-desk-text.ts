/** The tokenizer and template that rows are read with, in the process that reads rows; the last ones are kept. */
import type { EncodeSettings } from '../data/index.ts';
import { resolveModel } from '../hub/index.ts';
import { getTemplate, loadTokenizer, type Template, type Tokenizer } from '../text/index.ts';

export interface ReadingPlace {
  readonly model: string;
  readonly template?: string | undefined;
  readonly cutoffLen: number;
}

let last: { key: string; tokenizer: Tokenizer; template: Template; name: string } | undefined;

export async function textOf({ model, template }: ReadingPlace) {
  const key = `${model} ${template ?? ''}`;
  if (last?.key !== key) {
    const files = await resolveModel(model);
    const tokenizer = await loadTokenizer(files);
    last = {
      key,
      tokenizer,
      template: getTemplate(template ?? files.suggestedTemplate, tokenizer),
      name: files.name,
    };
  }
  return last;
}

export function settingsOf({ cutoffLen }: ReadingPlace) {
  return {
    cutoffLen,
    trainOnPrompt: false,
    maskHistory: false,
    enableThinking: true,
    truncation: 'keep',
  } as const satisfies Partial<EncodeSettings>;
}
