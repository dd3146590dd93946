/**
 * What the rest of the program knows of a chat template: conversations become pairs of source and target tokens for
 * training, or a prompt for inference. Behaves as LLaMA-Factory's encode_multiturn and encode_oneturn.
 */
import type { CallReader } from './call-reader.ts';
import type { Conversation } from './conversation.ts';
import type { Tokenizer } from './tokenizer.ts';

/** One exchange: what is given, and what is to be learned after it. */
export interface EncodedTurn {
  readonly source: number[];
  readonly target: number[];
}

export interface RenderedTurn {
  readonly source: string;
  readonly target: string;
}

export interface ThinkingOptions {
  /**
   * Only templates that reason look at it. True: an answer without thoughts learns an empty one. False: thoughts are
   * removed, the empty one belongs to the source. Null: as false, but thoughts that are there stay.
   */
  readonly enableThinking: boolean | null;
  /** Old answers lose their thoughts, the last one keeps its own. Default: not in training, but in prompts. */
  readonly stripHistoryThoughts?: boolean;
}

export interface Template {
  readonly name: string;
  /** Ends of a turn: EOS (after the template replaced it) first, then the stop words that the tokenizer knows. */
  readonly stopTokens: readonly string[];
  readonly efficientEos: boolean;
  readonly reasoning: boolean;
  readonly defaultSystem: string;
  /** Finds calls in an answer; undefined where the template tells no tools, or in a way that is not known. */
  readonly callReader: CallReader | undefined;
  /** The Jinja template to write beside the model, so that others render the same. */
  readonly chatTemplate: string | undefined;
  /**
   * The exchanges as they are trained; cutting and masking are the caller's.
   * @throws DataError when turns do not alternate, do not end with an answer, or tools are broken
   */
  encodeTurns(tokenizer: Tokenizer, conversation: Conversation, options: ThinkingOptions): EncodedTurn[];
  /** The same as text: what is one token there is written by its name. */
  renderTurns(conversation: Conversation, options: ThinkingOptions): RenderedTurn[];
  /** All up to where the answer starts; the conversation ends with an asking turn. */
  encodePrompt(tokenizer: Tokenizer, conversation: Conversation, options: ThinkingOptions): number[];
  /** The answer as it was trained to follow encodePrompt, up to its end mark; `empty` trains none. */
  encodeAnswer(tokenizer: Tokenizer, answer: string, options: ThinkingOptions): number[];
}
