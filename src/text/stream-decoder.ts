/** Turns a stream of token ids into text that is final: a character comes out when its last byte is there. */
import type { Tokenizer } from './tokenizer.ts';

export interface StreamDecoder {
  /** The text that this token completes, maybe none. */
  push(id: number): string;
  /** What is left: U+FFFD for a character that was cut off. */
  end(): string;
}

export interface StreamDecoderOptions {
  /** Leaves out special tokens; true by default, as their text is not meant for readers. */
  readonly skipSpecialTokens?: boolean;
}

/** For text that continues a prompt; a space that SentencePiece puts before a text's first word therefore stays. */
export function createStreamDecoder(
  tokenizer: Pick<Tokenizer, 'tokenBytes' | 'isSpecial'>,
  { skipSpecialTokens = true }: StreamDecoderOptions = {},
): StreamDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push(id) {
      if (skipSpecialTokens && tokenizer.isSpecial(id)) return '';
      return decoder.decode(tokenizer.tokenBytes(id), { stream: true });
    },
    end: () => decoder.decode(),
  };
}
