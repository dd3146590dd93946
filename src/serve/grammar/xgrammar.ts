/**
 * XGrammar, which compiles to WebAssembly: loaded as the CommonJS that it is, while its package says otherwise. A new
 * instance for each call, since one that was given something it cannot take is dead from then on.
 */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import type { CompiledGrammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } from '@mlc-ai/web-xgrammar';

export interface Xgrammar {
  readonly TokenizerInfo: typeof TokenizerInfo;
  readonly GrammarCompiler: typeof GrammarCompiler;
  readonly GrammarMatcher: typeof GrammarMatcher;
}

export type { CompiledGrammar, GrammarCompiler, GrammarMatcher };

/** What Node's own loader uses, and its types leave out. */
interface LoadedModule {
  exports: unknown;
  _compile(code: string, name: string): void;
}

export function loadXgrammar(): Xgrammar {
  const file = createRequire(import.meta.url).resolve('@mlc-ai/web-xgrammar');
  const loaded = new Module(`${file}.cjs`) as unknown as LoadedModule;
  loaded._compile(readFileSync(file, 'utf8'), `${file}.cjs`);
  return loaded.exports as Xgrammar;
}

interface IntVector {
  size(): number;
  get(index: number): number;
  delete(): void;
}

/**
 * The tokens that may come next, at once: the package's own call answers later only because it may have to load.
 * @param into [⌈V / 32⌉] bits; what lies beyond the tokenizer's vocabulary is not touched
 */
export function readMask(matcher: GrammarMatcher, vocabSize: number, into: Int32Array): void {
  const { handle } = matcher as unknown as { handle: { GetNextTokenBitmask(size: number): IntVector } };
  const words = handle.GetNextTokenBitmask(vocabSize);
  for (let index = words.size() - 1; index >= 0; index--) into[index] = words.get(index);
  words.delete();
}
