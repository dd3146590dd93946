/** Greedy answers, one stream and eight side by side; against llama.cpp on the same GGUF file. */
import { formatBytes } from '../../src/core/index.ts';
import { getTemplate, loadTokenizer } from '../../src/text/index.ts';
import { type Job, modelFor } from '../job.ts';
import { inOwnProcess } from '../own-process.ts';
import { llamaCpp } from '../peers/llama-cpp.ts';
import { say } from '../say.ts';
import { formatSummary, type Summary, summarize } from '../statistics.ts';

const QUESTIONS = [
  'Write a long story about a lighthouse keeper.',
  'Explain how bread is baked, step by step.',
  'Describe the history of the city of Rome.',
  'Tell me everything about whales.',
  'How do I plan a vegetable garden?',
  'Explain how a bicycle stays upright.',
  'Write a letter to a friend about a journey by train.',
  'What should I know before I buy a telescope?',
];
const STREAMS = [1, 8];
const NEW_TOKENS = 96;
const RUNS = 3;
const SMALL = { newTokens: 4, runs: 1 };

interface Decoding {
  readonly program: string;
  readonly streams: number;
  readonly tokensPerSecond: Summary;
  readonly peakRssBytes: number;
}

export const DECODING: Job = {
  name: 'decoding',
  summary: `greedy answers of ${NEW_TOKENS} tokens, ${STREAMS.join(' and ')} streams, SmolLM2-135M`,
  isDefault: true,
  peers: ['llamacpp'],
  async run(options) {
    const { small, threads, rounds, against, folder } = options;
    const model = await modelFor('smollm2-135m-instruct', options);
    const tokenizer = await loadTokenizer(model);
    const template = getTemplate('chatml', tokenizer);
    const prompts = QUESTIONS.map((content) =>
      template.encodePrompt(tokenizer, { messages: [{ role: 'user', content }] }, { enableThinking: true }),
    );
    const size = small ? SMALL : { newTokens: NEW_TOKENS, runs: RUNS };
    const decodings: Decoding[] = [];
    for (const streams of STREAMS) {
      const order = { model: model.path, threads, prompts: prompts.slice(0, streams), ...size };
      const programs = {
        tunesmith: () => inOwnProcess('decode', order),
        ...(against === 'llamacpp' && { 'llama.cpp': () => llamaCpp(order, folder) }),
      };
      const rates: Record<string, number[]> = {};
      const peaks: Record<string, number[]> = {};
      for (let round = 1; round <= rounds; round++) {
        for (const [program, decode] of Object.entries(programs)) {
          say(`  ${streams} streams, round ${round} of ${rounds}: ${program}`);
          const { tokensPerSecond, peakRssBytes } = await decode();
          rates[program] = [...(rates[program] ?? []), ...tokensPerSecond];
          peaks[program] = [...(peaks[program] ?? []), peakRssBytes];
        }
      }
      for (const program of Object.keys(programs)) {
        const [rate, peak] = [summarize(rates[program]!), Math.max(...peaks[program]!)];
        decodings.push({ program, streams, tokensPerSecond: rate, peakRssBytes: peak });
      }
    }
    const ratios = STREAMS.flatMap((streams) => {
      const [own, other] = decodings.filter((decoding) => decoding.streams === streams);
      return other ? [{ streams, ratio: own!.tokensPerSecond.median / other.tokensPerSecond.median }] : [];
    });
    return {
      settings: { model: model.name, weights: 'bf16', threads, rounds, ...size },
      results: { decodings, ratios },
      lines: [
        ...decodings.map(lineOf),
        ...ratios.map(({ streams, ratio }) => `  ratio with ${streams} streams: ${ratio.toFixed(2)}`),
      ],
    };
  },
};

function lineOf({ program, streams, tokensPerSecond, peakRssBytes }: Decoding): string {
  const noun = streams === 1 ? 'stream' : 'streams';
  return `  ${program}, ${streams} ${noun}: ${formatSummary(tokensPerSecond, 1)} tokens/s, peak ${formatBytes(peakRssBytes)}`;
}
