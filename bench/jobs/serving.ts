/**
 * Headlines sorted through the real server, by /v1/classify and by one-word answers of chat completions; against
 * llama.cpp on the same Q4_0 weights, with its prompt cache and as many sequences. All stay loaded and take turns, each
 * with the same part of the rows.
 */
import { join } from 'node:path';
import { Pool } from 'undici';
import { type ResolvedModel, resolveModel } from '../../src/hub/index.ts';
import { fitTokenizer, getTemplate, loadTokenizer } from '../../src/text/index.ts';
import { withApiServer } from '../api-server.ts';
import { type BenchOptions, type Job, modelFor } from '../job.ts';
import { LlamaCppAnswering } from '../peers/llama-cpp.ts';
import { CHANNELS, exampleRows, newsRows, ROOT, type Row } from '../rows.ts';
import { say } from '../say.ts';
import { formatSummary, type Summary, sum, summarize } from '../statistics.ts';
import { tunedModel } from '../tuned-model.ts';

const ROWS = 500;
const SMALL_ROWS = 12;
/** Behind those that the model was tuned with. */
const FIRST_ROW = 1600;
const CONCURRENCY = 16;
const TEMPLATE = 'chatml';
const MODEL = 'headlines';
/** Tokens that llama.cpp computes at once. */
const LLAMA_BATCH = 512;

interface Turn {
  readonly seconds: number;
  /** Labels, or whatever was written in their place. */
  readonly answers: readonly string[];
}

type Contender = (rows: readonly Row[]) => Promise<Turn>;

interface Standing {
  readonly program: string;
  /** One figure a turn. */
  readonly rowsPerSecond: Summary;
  readonly accuracy: number;
}

export const SERVING: Job = {
  name: 'serving',
  summary: `${ROWS} headlines by /v1/classify and chat completions, ${CONCURRENCY} at once, SmolLM2-135M tuned, Q4_0`,
  isDefault: false,
  peers: ['llamacpp'],
  async run(options) {
    const { threads, rounds, against } = options;
    const model = await resolveModel(await tunedModel(await baseModel(options), options));
    const rows = rowsOf(options);
    const settings = [
      `model_name_or_path=${model.path}`,
      `served_model_name=${MODEL}`,
      `template=${TEMPLATE}`,
      `num_threads=${threads}`,
      'bf16=true',
    ];
    const maxTokens = await longestLabel(model);
    const standings = await withServers(Object.keys(OWN), settings, async (origins) => {
      const own = Object.entries(OWN).map(([program, contender], index): [string, Contender] => [
        program,
        contender(origins[index]!, maxTokens),
      ]);
      if (!against) return compete(new Map(own), rows, rounds);
      using peer = await llamaCpp(model, rows, options);
      return await compete(new Map([...own, ['llama.cpp', peer.contender]]), rows, rounds);
    });
    const peer = against && standings.at(-1)!;
    const ratios = peer
      ? standings.slice(0, -1).map(({ program, rowsPerSecond }) => ({
          program,
          ratio: rowsPerSecond.median / peer.rowsPerSecond.median,
        }))
      : [];
    return {
      settings: {
        model: model.name,
        weights: 'Q4_0',
        threads,
        rounds,
        rows: rows.length,
        concurrency: CONCURRENCY,
      },
      results: { standings, ratios },
      lines: [
        ...standings.map(lineOf),
        ...ratios.map(({ program, ratio }) => `  ${program}: ${ratio.toFixed(2)} times llama.cpp's rows/s`),
      ],
    };
  },
};

/** Each part of the rows goes to all, one after the other; the first ones, whom nobody times, wake them up. */
async function compete(
  contenders: ReadonlyMap<string, Contender>,
  rows: readonly Row[],
  rounds: number,
): Promise<Standing[]> {
  const turns = new Map([...contenders.keys()].map((program): [string, Turn[]] => [program, []]));
  for (const contender of contenders.values()) await contender(rows.slice(0, 2 * CONCURRENCY));
  const size = Math.ceil(rows.length / rounds);
  for (let round = 0; round < rounds; round++) {
    const part = rows.slice(round * size, (round + 1) * size);
    for (const [program, contender] of contenders) {
      say(`  round ${round + 1} of ${rounds}: ${program}`);
      turns.get(program)!.push(await contender(part));
    }
  }
  return [...turns].map(([program, each]) => {
    const answers = each.flatMap(({ answers }) => answers);
    return {
      program,
      rowsPerSecond: summarize(each.map(({ answers, seconds }) => answers.length / seconds)),
      accuracy: sum(answers.map((answer, row) => Number(answer === rows[row]!.output))) / rows.length,
    };
  });
}

/** By what they ask of a server; each has a server of its own, as it would find the others' prompts in the cache. */
const OWN = {
  '/v1/classify, argmax': (origin) => classifier(origin, 'argmax'),
  '/v1/classify, all': (origin) => classifier(origin, 'all'),
  '/v1/chat/completions': (origin, maxTokens) => {
    const post = poster(origin);
    return timed((rows) =>
      atOnce(rows, async ({ instruction, input, system }) => {
        const messages = [
          { role: 'system', content: system },
          { role: 'user', content: `${instruction}\n${input}` },
        ];
        const body = { messages, max_tokens: maxTokens, temperature: 0 };
        const { choices } = await post<{ choices: { message: { content: string } }[] }>(
          '/v1/chat/completions',
          body,
        );
        return choices[0]!.message.content.trim();
      }),
    );
  },
} satisfies Record<string, (origin: string, maxTokens: number) => Contender>;

function classifier(origin: string, mode: 'all' | 'argmax'): Contender {
  const post = poster(origin);
  return timed(async (rows) => {
    const asked = rows.map(({ instruction, input, system }) => ({ instruction, input, system }));
    const body = { rows: asked, labels: CHANNELS, mode };
    const { data } = await post<{ data: { label: string }[] }>('/v1/classify', body);
    return data.map(({ label }) => label);
  });
}

function poster(origin: string) {
  const clients = new Pool(origin, { connections: CONCURRENCY, bodyTimeout: 0, headersTimeout: 0 });
  return async <T>(path: string, body: object): Promise<T> => {
    const answer = await clients.request({
      path,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: MODEL, ...body }),
    });
    const said = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`internal: ${path} gave ${answer.statusCode}: ${said}`);
    return JSON.parse(said) as T;
  };
}

/** As many servers as names. */
function withServers<T>(
  names: readonly string[],
  settings: readonly string[],
  use: (origins: readonly string[]) => Promise<T>,
): Promise<T> {
  if (names.length === 0) return use([]);
  return withApiServer(settings, (origin) =>
    withServers(names.slice(1), settings, (origins) => use([origin, ...origins])),
  );
}

async function llamaCpp(model: ResolvedModel, rows: readonly Row[], { threads, folder }: BenchOptions) {
  const plain = await loadTokenizer(model);
  const template = getTemplate(TEMPLATE, plain);
  const tokenizer = fitTokenizer(plain, template);
  const prompts = new Map(
    rows.map((row) => {
      const { instruction, input, system } = row;
      const messages = [{ role: 'user' as const, content: `${instruction}\n${input}` }];
      const conversation = { messages, ...(system !== undefined && { system }) };
      return [row, template.encodePrompt(tokenizer, conversation, { enableThinking: true })];
    }),
  );
  const all = [...prompts.values()];
  const maxNewTokens = await longestLabel(model);
  const marks = [...template.stopTokens, ...tokenizer.endTokens];
  const answering = await LlamaCppAnswering.start(
    {
      model: model.path,
      threads,
      sequences: CONCURRENCY,
      contextLength: Math.max(...all.map(({ length }) => length)) + maxNewTokens + 1,
      batchSize: LLAMA_BATCH,
      prefix: commonBeginning(all),
      stopTokens: marks.flatMap((mark) => tokenizer.tokenToId(mark) ?? []),
      maxNewTokens,
    },
    folder,
  );
  const contender: Contender = async (part) => {
    const { answers, seconds } = await answering.answer(part.map((row) => prompts.get(row)!));
    const texts = answers.map((tokens) => tokenizer.decode(tokens, { skipSpecialTokens: true }).trim());
    return { seconds, answers: texts };
  };
  return { contender, [Symbol.dispose]: () => answering[Symbol.dispose]() };
}

/** Tokens of an answer that is a label, its end included. */
async function longestLabel(model: ResolvedModel): Promise<number> {
  const tokenizer = await loadTokenizer(model);
  const template = getTemplate(TEMPLATE, tokenizer);
  const lengths = CHANNELS.map(
    (label) => template.encodeAnswer(tokenizer, label, { enableThinking: true }).length,
  );
  return Math.max(...lengths);
}

function commonBeginning(texts: readonly (readonly number[])[]): number[] {
  const [first, ...others] = texts;
  const end = first!.findIndex((token, place) => others.some((other) => other[place] !== token));
  return first!.slice(0, end);
}

function timed(work: (rows: readonly Row[]) => Promise<string[]>): Contender {
  return async (rows) => {
    const began = performance.now();
    const answers = await work(rows);
    return { answers, seconds: (performance.now() - began) / 1000 };
  };
}

/** So many clients, each with one row after the other. */
async function atOnce(rows: readonly Row[], ask: (row: Row) => Promise<string>): Promise<string[]> {
  const answers: string[] = [];
  let next = 0;
  const client = async () => {
    while (next < rows.length) {
      const place = next++;
      answers[place] = await ask(rows[place]!);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return answers;
}

/** Quantized from a GGUF file, so the small one is one too. */
function baseModel(options: BenchOptions): Promise<ResolvedModel> {
  if (!options.small) return modelFor('smollm2-135m-instruct', options);
  return resolveModel(join(ROOT, 'test', 'golden', 'gguf', 'llama-f32.gguf'));
}

function rowsOf({ small, data }: BenchOptions): Row[] {
  if (small) return exampleRows('news-headlines-zh').slice(0, SMALL_ROWS);
  return newsRows(data, { from: FIRST_ROW, count: ROWS });
}

function lineOf({ program, rowsPerSecond, accuracy }: Standing): string {
  return `  ${program}: ${formatSummary(rowsPerSecond)} rows/s, ${(100 * accuracy).toFixed(1)} % right`;
}
