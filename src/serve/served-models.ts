/** What the endpoints answer with: one engine, its tokenizer and template, and the names that requests choose by. */
import type { InferenceEngine, Sampling } from '../infer/index.ts';
import type { Template, Tokenizer } from '../text/index.ts';
import { Grammars } from './grammar/grammars.ts';
import { ApiError } from './http/api-error.ts';

export interface ServedModel {
  /** As requests name it. */
  readonly name: string;
  /** The engine's name for its adapter; undefined for the base model. */
  readonly adapter: string | undefined;
}

/** What is done where a request says nothing. */
export interface AnswerDefaults {
  /** Its seed is not used: each request has one by chance. */
  readonly sampling: Sampling;
  readonly maxNewTokens: number;
  readonly enableThinking: boolean | null;
}

interface ModelParts {
  readonly engine: InferenceEngine;
  /** As the template leaves it. */
  readonly tokenizer: Tokenizer;
  readonly template: Template;
  /** Width of the logits, which may exceed the tokenizer's vocabulary. */
  readonly vocabSize: number;
  readonly models: readonly ServedModel[];
  readonly defaults: AnswerDefaults;
}

export interface ServedModels extends ModelParts {
  readonly stopTokens: ReadonlySet<number>;
  /** What a bare text begins with: BOS where the model was trained so. */
  readonly leadingTokens: readonly number[];
  /** No longer text can fit into the context, whatever its tokens are. */
  readonly maxPromptBytes: number;
  readonly grammars: Grammars;
  /** Seconds since 1970. */
  readonly created: number;
}

export function createServedModels(parts: ModelParts): ServedModels {
  const { engine, tokenizer, template, vocabSize } = parts;
  const ends = [...template.stopTokens, ...tokenizer.endTokens];
  const stopTokens = new Set(ends.flatMap((token) => tokenizer.tokenToId(token) ?? []));
  const [first] = template.encodePrompt(
    tokenizer,
    { messages: [{ role: 'user', content: 'text' }] },
    { enableThinking: null },
  );
  let longest = 1;
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    longest = Math.max(longest, tokenizer.tokenBytes(id).length);
  }
  return {
    ...parts,
    stopTokens,
    leadingTokens: first !== undefined && first === tokenizer.bosId ? [first] : [],
    maxPromptBytes: engine.contextLength * longest,
    grammars: new Grammars(tokenizer, stopTokens, vocabSize),
    created: Math.floor(Date.now() / 1000),
  };
}

/** @throws ApiError 404 that lists the names */
export function findModel({ models }: ServedModels, name: string): ServedModel {
  const found = models.find((model) => model.name === name);
  if (found) return found;
  const known = models.map((model) => model.name).join(', ');
  throw new ApiError(
    404,
    `model: there is none called ${JSON.stringify(name.slice(0, 100))}; use one of ${known}`,
    { code: 'model_not_found', param: 'model' },
  );
}
