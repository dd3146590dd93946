/** `tunesmith chat`: a conversation in the terminal, streamed. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ConfigError, type Language, messageOf } from '../core/index.ts';
import { type Chat, type ChatSettings, chatSettings, openChat } from '../jobs/index.ts';
import type { Message } from '../text/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { createTaskProgress } from './task-progress.ts';

const TEXTS = {
  en: {
    hello: 'Ask something. /help lists the commands, Ctrl-C stops an answer, /exit leaves.',
    help: [
      '/clear             forget the conversation',
      '/system [TEXT]     set the system prompt, or remove it',
      '/think on|off      thoughts, for models that reason',
      '/set KEY VALUE     temperature, top_p, top_k, max_new_tokens, repetition_penalty, seed, do_sample',
      '/exit              leave',
    ].join('\n'),
    cleared: 'The conversation is forgotten.',
    system: (text: string | undefined) => (text ? `System prompt: ${text}` : 'No system prompt of your own.'),
    speed: (tokens: number, rate: string) => `${tokens} tokens, ${rate} tokens/s`,
    thinking: (on: boolean) => `Thinking is ${on ? 'on' : 'off'}.`,
    notReasoning: 'This template knows no thoughts.',
    set: (key: string, value: string) => `${key} = ${value}`,
    unknown: (word: string) => `${word}: no such command; /help lists them`,
    badValue: (key: string, value: string) => `/set: ${key} cannot be ${value}; give a number in its range`,
  },
  zh: {
    hello: '请输入问题。/help 列出命令，Ctrl-C 停止当前回答，/exit 退出。',
    help: [
      '/clear             清空对话',
      '/system [文本]     设置系统提示词；留空则移除',
      '/think on|off      思考开关（适用于推理模型）',
      '/set 键 值         temperature、top_p、top_k、max_new_tokens、repetition_penalty、seed、do_sample',
      '/exit              退出',
    ].join('\n'),
    cleared: '对话已清空。',
    system: (text: string | undefined) => (text ? `系统提示词：${text}` : '未设置系统提示词。'),
    speed: (tokens: number, rate: string) => `${tokens} 个 token，每秒 ${rate} 个`,
    thinking: (on: boolean) => `思考已${on ? '开启' : '关闭'}。`,
    notReasoning: '该模板不含思考。',
    set: (key: string, value: string) => `${key} = ${value}`,
    unknown: (word: string) => `${word}：没有这个命令；/help 列出全部`,
    badValue: (key: string, value: string) => `/set：${key} 不能是 ${value}；请给出范围内的数值`,
  },
} as const;

/** What /set changes, with the values that it takes. */
const SETTABLE: Readonly<
  Record<string, (settings: ChatSettings, value: number) => ChatSettings | undefined>
> = {
  temperature: (s, v) => (v >= 0 ? sampled(s, { temperature: v }) : undefined),
  top_p: (s, v) => (v > 0 && v <= 1 ? sampled(s, { topP: v }) : undefined),
  top_k: (s, v) => (v >= 0 && Number.isInteger(v) ? sampled(s, { topK: v }) : undefined),
  repetition_penalty: (s, v) => (v > 0 ? sampled(s, { repetitionPenalty: v }) : undefined),
  seed: (s, v) => (Number.isInteger(v) ? sampled(s, { seed: v }) : undefined),
  do_sample: (s, v) => sampled(s, { doSample: v !== 0 }),
  max_new_tokens: (s, v) => (v >= 1 && Number.isInteger(v) ? { ...s, maxNewTokens: v } : undefined),
};

function sampled(settings: ChatSettings, change: Partial<ChatSettings['sampling']>): ChatSettings {
  return { ...settings, sampling: { ...settings.sampling, ...change } };
}

export function addChatCommand(program: Command, language: Language): void {
  program
    .command('chat')
    .description(
      language === 'zh' ? '与模型对话，可带上适配器' : 'talk with a model, with or without an adapter',
    )
    .argument(
      '[settings...]',
      'run.yaml and key=value: model_name_or_path, adapter_name_or_path, template, temperature …',
    )
    .option('--system <text>', 'system prompt')
    .option('--accept-license', 'accept the licence of a starter model')
    .allowUnknownOption()
    .action((words: string[], options: { system?: string; acceptLicense?: boolean }) =>
      runChat(words, options, language),
    );
}

async function runChat(
  words: string[],
  options: { system?: string; acceptLicense?: boolean },
  language: Language,
): Promise<void> {
  const text = TEXTS[language];
  const config = readRunConfig(words, options.acceptLicense ? { accept_license: true } : {});
  const progress = createTaskProgress(language);
  await using chat = await openChat(config, {
    onProgress: progress.report,
    onNote: (note) => process.stderr.write(`${note[language]}\n`),
    acceptLicense: licensePrompt(language, config.accept_license),
  });
  progress.done();
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY,
  });
  let settings = chatSettings(config);
  let system = options.system;
  let messages: Message[] = [];
  const command = (line: string): boolean => {
    const [word = '', ...rest] = line.split(/\s+/);
    const argument = line.slice(word.length).trim();
    switch (word) {
      case '/exit':
      case '/quit':
        return false;
      case '/help':
        console.log(text.help);
        return true;
      case '/clear':
        messages = [];
        console.log(text.cleared);
        return true;
      case '/system':
        system = argument || undefined;
        messages = [];
        console.log(text.system(system));
        return true;
      case '/think':
        settings = { ...settings, enableThinking: argument !== 'off' };
        console.log(chat.reasoning ? text.thinking(argument !== 'off') : text.notReasoning);
        return true;
      case '/set': {
        const [key = '', value = ''] = rest;
        const number = value === 'true' ? 1 : value === 'false' ? 0 : Number(value);
        const changed = Number.isNaN(number) || value === '' ? undefined : SETTABLE[key]?.(settings, number);
        if (changed) settings = changed;
        console.log(changed ? text.set(key, value) : text.badValue(key, value));
        return true;
      }
      default:
        console.log(text.unknown(word));
        return true;
    }
  };
  if (process.stdin.isTTY) console.log(text.hello);
  terminal.setPrompt('> ');
  terminal.prompt();
  for await (const line of terminal) {
    const asked = line.trim();
    if (asked.startsWith('/')) {
      if (!command(asked)) break;
    } else if (asked !== '') {
      const answer = await answerOnce(
        chat,
        terminal,
        { messages: [...messages, user(asked)], system },
        settings,
        language,
      );
      if (answer !== undefined) messages = [...messages, user(asked), { role: 'assistant', content: answer }];
    }
    terminal.prompt();
  }
  terminal.close();
}

/** Streams one answer. @returns what was said, also when it was stopped; undefined when nothing came */
async function answerOnce(
  chat: Chat,
  terminal: ReturnType<typeof createInterface>,
  { messages, system }: { messages: Message[]; system: string | undefined },
  settings: ChatSettings,
  language: Language,
): Promise<string | undefined> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  terminal.on('SIGINT', onInterrupt);
  process.on('SIGINT', onInterrupt);
  let said = '';
  try {
    const conversation = system === undefined ? { messages } : { messages, system };
    const stream = chat.answer(conversation, { ...settings, signal: stop.signal });
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) {
        process.stdout.write('\n');
        if (process.stdin.isTTY) {
          const { tokens, tokensPerSecond } = next.value;
          process.stderr.write(`(${TEXTS[language].speed(tokens, tokensPerSecond.toFixed(1))})\n`);
        }
        return said;
      }
      said += next.value;
      process.stdout.write(next.value);
    }
  } catch (error) {
    process.stdout.write('\n');
    if (stop.signal.aborted) return said || undefined;
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`error: ${messageOf(error, language)}\n`);
    return undefined;
  } finally {
    terminal.off('SIGINT', onInterrupt);
    process.off('SIGINT', onInterrupt);
  }
}

function user(content: string): Message {
  return { role: 'user', content };
}
