/** What a template is given: turns of a conversation, its system text and its tools. */
import { DataError } from '../core/index.ts';

export type Role = 'user' | 'assistant' | 'observation' | 'function';

export interface Message {
  readonly role: Role;
  readonly content: string;
}

export interface Conversation {
  /** Asking turns (user, observation) and answering turns (assistant, function), by turns, asking first. */
  readonly messages: readonly Message[];
  /** Absent or empty: the template's default. */
  readonly system?: string | undefined;
  /** A JSON list of tool descriptions. */
  readonly tools?: string | undefined;
}

/** @throws DataError when the turns do not alternate or the last one is of the wrong kind */
export function checkTurns(messages: readonly Message[], last: 'asking' | 'answering'): void {
  for (const [index, { role }] of messages.entries()) {
    const asking = role === 'user' || role === 'observation';
    if (asking !== (index % 2 === 0)) {
      const wanted = index % 2 === 0 ? 'user or observation' : 'assistant or function';
      throw new DataError(`conversation: turn ${index + 1} is of ${role}; it has to be of ${wanted}`);
    }
  }
  if (messages.length === 0 || (messages.length % 2 === 1) !== (last === 'asking')) {
    const wanted = last === 'asking' ? 'a turn of user or observation' : 'an answer';
    throw new DataError(`conversation: has ${messages.length} turns; it has to end with ${wanted}`);
  }
}
