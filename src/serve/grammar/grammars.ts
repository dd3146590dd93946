/**
 * Answers held to JSON: any object, or one that follows a schema. Compiles a grammar once for all requests that ask for
 * it, and gives each answer a constraint of its own. Loads nothing before the first request needs it.
 */
import type { TokenConstraint } from '../../infer/index.ts';
import type { Tokenizer } from '../../text/index.ts';
import { badRequest } from '../http/api-error.ts';
import { checkSchema } from './schema-subset.ts';
import {
  type CompiledGrammar,
  type GrammarCompiler,
  type GrammarMatcher,
  loadXgrammar,
  readMask,
  type Xgrammar,
} from './xgrammar.ts';

export interface Grammar {
  /** For one answer; to be disposed of when that ends. */
  start(): Promise<TokenConstraint & Disposable>;
}

export interface JsonShape {
  /** Any object when absent. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Nothing that the schema does not name. */
  readonly strict?: boolean;
}

/** Compiled grammars that are kept; each takes some hundred kilobytes. */
const MAX_KEPT = 64;
const MAX_SCHEMA_CHARACTERS = 64 * 1024;
/** On one line, as Python's json.dumps writes: the form that models have seen most, and the fewest tokens. */
const ONE_LINE = -1;

interface Instance {
  readonly library: Xgrammar;
  readonly compiler: GrammarCompiler;
}

export class Grammars {
  readonly #tokenizer: Tokenizer;
  readonly #stopTokens: ReadonlySet<number>;
  readonly #words: number;
  readonly #kept = new Map<string, Promise<Grammar>>();
  readonly #forgotten = new FinalizationRegistry<CompiledGrammar>((compiled) => compiled.dispose());
  #instance: Promise<Instance> | undefined;

  /** @param vocabSize width of the model's logits, which may exceed the tokenizer's vocabulary */
  constructor(tokenizer: Tokenizer, stopTokens: ReadonlySet<number>, vocabSize: number) {
    this.#tokenizer = tokenizer;
    this.#stopTokens = stopTokens;
    this.#words = Math.ceil(vocabSize / 32);
  }

  /** @throws ApiError when the schema is outside of the supported part */
  async get({ schema = { type: 'object' }, strict = false }: JsonShape): Promise<Grammar> {
    const text = JSON.stringify(schema);
    if (text.length > MAX_SCHEMA_CHARACTERS) {
      throw badRequest(
        `response_format: the schema has more than ${MAX_SCHEMA_CHARACTERS} characters; simplify it`,
        {
          param: 'response_format',
        },
      );
    }
    checkSchema(schema);
    const key = `${strict} ${text}`;
    const kept = this.#kept.get(key) ?? this.#compile(text, strict);
    // Last used, last forgotten.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest!);
    kept.catch(() => this.#kept.delete(key));
    return kept;
  }

  async #compile(schema: string, strict: boolean): Promise<Grammar> {
    this.#instance ??= this.#load();
    const { library, compiler } = await this.#instance;
    let compiled: CompiledGrammar;
    try {
      compiled = await compiler.compileJSONSchema(schema, false, ONE_LINE, undefined, strict);
    } catch {
      this.#instance = undefined;
      throw badRequest('response_format: no grammar can be made of this schema; simplify it', {
        code: 'unsupported_schema',
        param: 'response_format',
      });
    }
    const grammar: Grammar = {
      start: async () => {
        // An object is complete at its closing brace, so that no stop token has to be waited for.
        const matcher = await library.GrammarMatcher.createGrammarMatcher(compiled, undefined, true);
        return new Constraint(matcher, this.#tokenizer.vocabSize, this.#words);
      },
    };
    // Memory that no collector sees; those who hold the grammar may outlive its place here.
    this.#forgotten.register(grammar, compiled);
    return grammar;
  }

  async #load(): Promise<Instance> {
    const { vocabSize } = this.#tokenizer;
    const bytes = Array.from({ length: vocabSize }, (_, id) =>
      this.#tokenizer.isSpecial(id) ? new Uint8Array() : this.#tokenizer.tokenBytes(id),
    );
    const library = loadXgrammar();
    const info = await library.TokenizerInfo.createTokenizerInfo(
      // Bytes that are no text of their own are taken too, while the types speak of text only.
      bytes as unknown as string[],
      'raw',
      false,
      vocabSize,
      [...this.#stopTokens],
    );
    return { library, compiler: await library.GrammarCompiler.createGrammarCompiler(info, false) };
  }
}

class Constraint implements TokenConstraint, Disposable {
  readonly #matcher: GrammarMatcher;
  readonly #vocabSize: number;
  readonly #mask: Int32Array;

  constructor(matcher: GrammarMatcher, vocabSize: number, words: number) {
    this.#matcher = matcher;
    this.#vocabSize = vocabSize;
    this.#mask = new Int32Array(words);
  }

  mask(): Int32Array {
    readMask(this.#matcher, this.#vocabSize, this.#mask);
    return this.#mask;
  }

  accept(token: number): void {
    this.#matcher.acceptToken(token);
  }

  get finished(): boolean {
    return this.#matcher.isTerminated();
  }

  [Symbol.dispose](): void {
    this.#matcher.dispose();
  }
}
