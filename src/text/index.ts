/** text: tokenizers, chat templates and thinking marks; text in, token ids out, and back. */
export type { CallReader, WrittenCall } from './call-reader.ts';
export type { Conversation, Message, Role } from './conversation.ts';
export { fitTokenizer } from './fit-tokenizer.ts';
export { getTemplate } from './get-template.ts';
export { loadTokenizer } from './load-tokenizer.ts';
export { createStreamDecoder, type StreamDecoder } from './stream-decoder.ts';
export type { EncodedTurn, Template } from './template.ts';
export { TEMPLATE_NAMES } from './templates.ts';
export { splitThoughts, stripThoughts } from './thinking.ts';
export type { Tokenizer } from './tokenizer.ts';
