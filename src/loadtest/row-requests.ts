/** Rows of a data set become the bodies of requests, for chat completions or for /v1/classify, with the answers expected. */
import { ConfigError } from '../core/index.ts';
import type { Sample } from '../data/index.ts';
import type { AnswerFormat, PreparedRequest } from './order.ts';

interface RowRequestOptions {
  readonly format: AnswerFormat;
  /** The model to ask for. */
  readonly model?: string | undefined;
  /** The labels to choose from, of classify. */
  readonly labels?: readonly string[] | undefined;
  /** Fields of every body that rows do not give, as max_tokens; they go before ours. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** In the order of the rows. @throws ConfigError when there are no rows, or no two labels to classify by */
export function rowRequests(
  samples: readonly Sample[],
  { format, model, labels, fields }: RowRequestOptions,
): [PreparedRequest, ...PreparedRequest[]] {
  const choices = labels ?? [...new Set(samples.map(expectedOf))];
  if (format === 'classify' && choices.length < 2) {
    throw new ConfigError({
      en: `loadtest: classify needs at least two labels, and the rows have ${choices.length}; name them by --labels`,
      zh: `压测：分类至少需要两个标签，而数据中有 ${choices.length} 个；请用 --labels 写明`,
    });
  }
  const requests = samples.map((sample): PreparedRequest => {
    const messages = messagesOf(sample);
    const asked = format === 'chat' ? { temperature: 0, messages } : { labels: choices, messages };
    const body = { ...(model !== undefined && { model }), ...asked, ...fields };
    return { body: JSON.stringify(body), expected: expectedOf(sample) };
  });
  const [first, ...others] = requests;
  if (!first)
    throw new ConfigError({
      en: 'loadtest: the data set has no rows to send; name another',
      zh: '压测：数据集中没有可发送的数据；请换一个',
    });
  return [first, ...others];
}

/** What a path asks for; undefined where its answers are not known here. */
export function answerFormatOf(url: string): AnswerFormat | undefined {
  const { pathname } = new URL(url);
  if (pathname.endsWith('/chat/completions')) return 'chat';
  return pathname.endsWith('/classify') ? 'classify' : undefined;
}

function expectedOf({ conversation }: Sample): string {
  return conversation.messages.at(-1)!.content;
}

/** All turns but the answer, in OpenAI's roles. */
function messagesOf({ conversation: { system, messages } }: Sample) {
  const roles = { user: 'user', assistant: 'assistant', function: 'assistant', observation: 'user' } as const;
  const turns = messages.slice(0, -1).map(({ role, content }) => ({ role: roles[role], content }));
  return system ? [{ role: 'system', content: system }, ...turns] : turns;
}
