/**
 * Answers rows as fast as node-llama-cpp can: node llama-cpp-answer.mjs ORDER.json. Each sequence has computed what all
 * prompts begin with once, and keeps it; all sequences go through the context's batches together, each with one row
 * after the other. Takes lists of rows by message, and answers each with its tokens and the time that all took.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const order = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const entry = createRequire(join(order.modules, 'x.js')).resolve('node-llama-cpp');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(entry).href);

const llama = await getLlama({
  gpu: false,
  build: 'never',
  maxThreads: order.threads,
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath: order.model });
const context = await model.createContext({
  sequences: order.sequences,
  contextSize: order.contextLength,
  batchSize: order.batchSize,
  threads: order.threads,
});
const { prefix, stopTokens, maxNewTokens } = order;
const stops = new Set(stopTokens);
const sequences = Array.from({ length: order.sequences }, () => context.getSequence());
await Promise.all(sequences.map((sequence) => sequence.evaluateWithoutGeneratingNewTokens(prefix)));

async function answer(sequence, prompt) {
  const tokens = [];
  const rest = prompt.slice(prefix.length);
  for await (const token of sequence.evaluate(rest, { temperature: 0, yieldEogToken: true })) {
    if (stops.has(token)) break;
    tokens.push(token);
    if (tokens.length === maxNewTokens) break;
  }
  await sequence.eraseContextTokenRanges([{ start: prefix.length, end: sequence.nextTokenIndex }]);
  return tokens;
}

process.on('message', async (prompts) => {
  const answers = prompts.map(() => []);
  let next = 0;
  const began = performance.now();
  await Promise.all(
    sequences.map(async (sequence) => {
      while (next < prompts.length) {
        const row = next++;
        answers[row] = await answer(sequence, prompts[row]);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  process.send({ answers, seconds, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
});
process.send('ready');
