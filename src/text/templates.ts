/**
 * The chat templates by LLaMA-Factory's names, as data. What a slot means and when it is used is `slot-template.ts`'s
 * business, so a further template is one more entry here.
 */
import type { Marks } from './tool-calls.ts';
import type { ToolFormatName } from './tool-formats.ts';

/** A piece of a format: text in which `{{content}}` is filled in, or one token, by name or by its part in the model. */
export type Slot = string | { readonly token: string } | { readonly special: 'bos' | 'eos' };

export interface TemplateEntry {
  /** Before everything. */
  readonly prefix?: readonly Slot[];
  /** Default of the four next: the bare content; `observation`: as `user`; `function`: as `assistant`. */
  readonly system?: readonly Slot[];
  /** An asking turn, up to where the answer starts; `{{idx}}` is the number of the exchange, from 0 on. */
  readonly user?: readonly Slot[];
  readonly observation?: readonly Slot[];
  /** Default: the bare content and EOS, without EOS where it is efficient. */
  readonly assistant?: readonly Slot[];
  /** An answering turn that calls tools. */
  readonly function?: readonly Slot[];
  readonly tools?: ToolFormatName;
  /** Puts the system text inside of the first user turn. */
  readonly systemInFirstTurn?: boolean;
  readonly defaultSystem?: string;
  readonly stopWords?: readonly string[];
  /** The first stop word takes EOS's place. */
  readonly replaceEos?: boolean;
  /** Answers do not carry EOS themselves: it is trained at the end, and as the first label of each later turn. */
  readonly efficientEos?: boolean;
  /** Answers start with thoughts; an empty one is put where there is none. */
  readonly reasoning?: boolean;
  /** Default `<think>\n` and `\n</think>\n\n`. */
  readonly thoughtWords?: Marks;
  /** The chat_template that is written beside the model says the same, even where the model brought its own. */
  readonly replaceJinja?: boolean;
}

const BOS: Slot = { special: 'bos' };

const CHATML_SYSTEM = '<|im_start|>system\n{{content}}<|im_end|>\n';
const CHATML_USER = '<|im_start|>user\n{{content}}<|im_end|>\n<|im_start|>assistant\n';
const CHATML_ASSISTANT = '{{content}}<|im_end|>\n';

const QWEN3_NOTHINK: TemplateEntry = {
  system: [CHATML_SYSTEM],
  user: [CHATML_USER],
  observation: [
    '<|im_start|>user\n<tool_response>\n{{content}}\n</tool_response><|im_end|>\n<|im_start|>assistant\n',
  ],
  assistant: [CHATML_ASSISTANT],
  tools: 'qwen',
  stopWords: ['<|im_end|>'],
  replaceEos: true,
};

const LLAMA3_ASSISTANT = '<|start_header_id|>assistant<|end_header_id|>\n\n';

export const TEMPLATES: Readonly<Record<string, TemplateEntry>> = {
  chatml: {
    system: [CHATML_SYSTEM],
    user: [CHATML_USER],
    observation: ['<|im_start|>tool\n{{content}}<|im_end|>\n<|im_start|>assistant\n'],
    assistant: [CHATML_ASSISTANT],
    stopWords: ['<|im_end|>', '<|im_start|>'],
    replaceEos: true,
    replaceJinja: true,
  },
  empty: { assistant: ['{{content}}'] },
  gemma: {
    prefix: [BOS],
    system: ['{{content}}\n\n'],
    user: ['<start_of_turn>user\n{{content}}<end_of_turn>\n<start_of_turn>model\n'],
    observation: ['<start_of_turn>tool\n{{content}}<end_of_turn>\n<start_of_turn>model\n'],
    assistant: ['{{content}}<end_of_turn>\n'],
    systemInFirstTurn: true,
    stopWords: ['<end_of_turn>'],
    replaceEos: true,
  },
  llama3: {
    prefix: [BOS],
    system: ['<|start_header_id|>system<|end_header_id|>\n\n{{content}}<|eot_id|>'],
    user: [`<|start_header_id|>user<|end_header_id|>\n\n{{content}}<|eot_id|>${LLAMA3_ASSISTANT}`],
    observation: [`<|start_header_id|>ipython<|end_header_id|>\n\n{{content}}<|eot_id|>${LLAMA3_ASSISTANT}`],
    assistant: ['{{content}}<|eot_id|>'],
    tools: 'llama3',
    stopWords: ['<|eot_id|>', '<|eom_id|>'],
    replaceEos: true,
  },
  qwen3: { ...QWEN3_NOTHINK, reasoning: true },
  qwen3_nothink: QWEN3_NOTHINK,
};

export const TEMPLATE_NAMES: readonly string[] = Object.keys(TEMPLATES);
