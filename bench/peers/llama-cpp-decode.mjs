/** Decodes as tasks/decode.ts does, by node-llama-cpp: node llama-cpp-decode.mjs ORDER.json; answers by message. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const {
  modules,
  model: modelPath,
  threads,
  prompts,
  newTokens,
  runs,
} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const entry = createRequire(join(modules, 'x.js')).resolve('node-llama-cpp');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(entry).href);

const llama = await getLlama({
  gpu: false,
  build: 'never',
  maxThreads: threads,
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath });
const longest = Math.max(...prompts.map((prompt) => prompt.length)) + newTokens + 1;
const context = await model.createContext({ sequences: prompts.length, contextSize: longest, threads });
const sequences = prompts.map(() => context.getSequence());

async function answerAll(count) {
  for (const sequence of sequences) await sequence.clearHistory();
  const started = performance.now();
  await Promise.all(
    sequences.map(async (sequence, index) => {
      let left = count;
      for await (const _ of sequence.evaluate(prompts[index], { temperature: 0, yieldEogToken: true })) {
        if (--left === 0) break;
      }
    }),
  );
  return (performance.now() - started) / 1000;
}

await answerAll(newTokens + 1);
const tokensPerSecond = [];
for (let run = 0; run < runs; run++) {
  const reading = await answerAll(1);
  tokensPerSecond.push((prompts.length * newTokens) / ((await answerAll(newTokens + 1)) - reading));
}
const answer = { tokensPerSecond, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
process.send(answer, () => process.exit(0));
