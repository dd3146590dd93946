/**
 * The rows that jobs work on, in alpaca's columns. The same rows every time: drawn by a seed, or written by rule.
 * Knows tokens only where a row has to have a certain number of them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, Random } from '../src/core/index.ts';

export interface Row {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly system?: string;
}

export const ROOT = join(import.meta.dirname, '..');
const DRAWN_BY = 7;

/** Data that this machine does not have: no reason to run nothing else. */
export class MissingData extends DataError {}

/** What the classes of the headlines are called, in the order of their numbers. */
export const CHANNELS = [
  '财经',
  '房产',
  '股票',
  '教育',
  '科技',
  '社会',
  '时政',
  '体育',
  '游戏',
  '娱乐',
] as const;

const NEWS = {
  system: '你是新闻内容审核员,负责新闻的内容的分类和内容安全合规审查',
  instruction: '判断类型:',
} as const;

/**
 * Headlines and their channels, in an order drawn by seed 7.
 * @param data folder that holds thucnews/titles.txt
 * @throws MissingData when it is not there
 */
export function newsRows(data: string, { from, count }: { from: number; count: number }): Row[] {
  const lines = readText(join(data, 'thucnews', 'titles.txt'))
    .trim()
    .split('\n');
  return new Random(DRAWN_BY)
    .shuffle(lines)
    .slice(from, from + count)
    .map((line) => {
      const [headline, channel] = line.split('\t');
      return { ...NEWS, input: headline!, output: CHANNELS[Number(channel)]! };
    });
}

/** Instructions of all kinds with free answers, in Chinese. @throws MissingData when they are not there */
export function alpacaRows(data: string): Row[] {
  return JSON.parse(readText(join(data, 'llamafactory', 'alpaca_zh_demo.json'))) as Row[];
}

const SECTIONS = [
  'world',
  'politics',
  'business',
  'science',
  'sports',
  'culture',
  'travel',
  'health',
] as const;

/**
 * Pieces of English web texts, each with a section drawn at random, since nobody has labelled them.
 * @param data folder that holds llamafactory/c4_demo.jsonl
 * @throws MissingData when it is not there
 */
export function englishRows(data: string): Row[] {
  const random = new Random(DRAWN_BY);
  const texts = readText(join(data, 'llamafactory', 'c4_demo.jsonl'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text.split(/\s+/));
  const rows = texts.flatMap((words) => {
    const pieces: Row[] = [];
    for (let start = 0; start + 20 < words.length; ) {
      const count = 20 + random.integer(30);
      pieces.push({
        system: 'You are an editor of a news site and sort what comes in.',
        instruction: 'To which section does this text belong?',
        input: words.slice(start, start + count).join(' '),
        output: SECTIONS[random.integer(SECTIONS.length)]!,
      });
      start += count;
    }
    return pieces;
  });
  return random.shuffle(rows);
}

/** Rows of one of our own examples. */
export function exampleRows(example: 'support-tickets' | 'news-headlines-zh'): Row[] {
  return JSON.parse(readText(join(ROOT, 'examples', example, 'train.json'))) as Row[];
}

const WORDS =
  'time year people way day man thing woman life child world school state family student group country problem hand part place case week company system program question work government number night point home water room mother area money story fact month lot right study book eye job word business issue side kind head house service friend father power hour game line end member law car city community name president team minute idea body information back parent face level office door health person art war history party result change morning reason research girl guy moment air teacher force education'.split(
    ' ',
  );
const LONG_ANSWERS = ['money and business news', 'health and family news', 'arts and music news'];

/**
 * Rows that begin differently from the first word of their system prompts on, so that nothing is shared.
 * @param tokensOf how many tokens a row has as it is trained
 * @param tokens what each row has; some less where the last word would be one too many
 */
export function unlikeRows(count: number, tokens: number, tokensOf: (row: Row) => number): Row[] {
  const random = new Random(DRAWN_BY);
  const word = () => WORDS[random.integer(WORDS.length)]!;
  const rowOf = (words: readonly string[], output: string): Row => ({
    instruction: 'Which section?',
    input: words.slice(0, 12).join(' '),
    output,
    system: words.slice(12).join(' '),
  });
  return Array.from({ length: count }, () => {
    const output = LONG_ANSWERS[random.integer(LONG_ANSWERS.length)]!;
    const words = Array.from({ length: 13 }, word);
    for (let next = word(); tokensOf(rowOf([...words, next], output)) <= tokens; next = word())
      words.push(next);
    return rowOf(words, output);
  });
}

function readText(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  throw new MissingData(`${path}: is not there; name the folder of the data by --data, or run another job`);
}
