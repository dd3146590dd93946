/** What a store's name is made of: everything that the encoding of a data set depends on, by content. */
import { createHash } from 'node:crypto';
import type { Template, Tokenizer } from '../../text/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import type { RowSettings } from '../encode-row.ts';
import { readPieces } from '../read-text.ts';
import { STORE_VERSION } from './store-writer.ts';

/** Encoded to see whether the program still encodes as it did: every kind of message once. */
const PROBE = {
  system: 'You sort.',
  messages: [
    { role: 'user', content: '好 one?' },
    { role: 'assistant', content: '<think>\nso\n</think>\n\nA' },
    { role: 'user', content: 'two\n' },
    { role: 'assistant', content: 'B' },
  ],
} as const;

interface KeyParts {
  readonly entry: DatasetEntry;
  readonly files: readonly string[];
  readonly maxSamples: number | undefined;
  readonly seed: number;
  readonly settings: RowSettings;
  readonly textKey: string;
}

/** @returns 32 hexadecimal digits */
export function storeKey({ entry, files, maxSamples, seed, settings, textKey }: KeyParts): string {
  // Names and paths say where rows are; what they are, the files say.
  const { name, path, hub, files: _, ...meaning } = entry;
  return digest({
    version: STORE_VERSION,
    textKey,
    settings: { ...settings, onProgress: undefined },
    meaning,
    files: files.map(fileDigest),
    maxSamples,
    ...(entry.numSamples !== undefined && { seed }),
  });
}

/** Of a tokenizer with its template: two that encode alike and come from the same files have the same. */
export function textKey(tokenizer: Tokenizer, template: Template): string {
  const turns = [true, false].map((enableThinking) =>
    template.encodeTurns(tokenizer, { ...PROBE, messages: [...PROBE.messages] }, { enableThinking }),
  );
  return digest({
    files: [...tokenizer.files()],
    template: template.name,
    efficientEos: template.efficientEos,
    turns,
  });
}

function fileDigest(path: string): string {
  const hash = createHash('sha256');
  for (const piece of readPieces(path)) hash.update(piece);
  return hash.digest('hex');
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
