/** Reads and tokenizes a data set as a run does, into a store that is new. */
import { join } from 'node:path';
import { encodeDatasets } from '../../src/data/index.ts';
import type { ResolvedModel } from '../../src/hub/index.ts';
import { getTemplate, loadTokenizer } from '../../src/text/index.ts';
import { DATASET } from '../prepare-training.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';

interface PreprocessOrder {
  readonly model: ResolvedModel;
  readonly template: string;
  readonly datasetDir: string;
  readonly cutoffLen: number;
  readonly workers: number;
}

interface PreprocessOutcome {
  readonly seconds: number;
  readonly rows: number;
  readonly tokens: number;
}

export async function measurePreprocessing(order: PreprocessOrder): Promise<PreprocessOutcome> {
  const { model, template: templateName, datasetDir, cutoffLen, workers } = order;
  const tokenizer = await loadTokenizer(model);
  const template = getTemplate(templateName, tokenizer);
  return inTemporaryFolder(async (folder) => {
    const began = performance.now();
    using set = await encodeDatasets([DATASET], {
      plan: {
        model: { kind: model.kind, path: model.path },
        templateName,
        settings: {
          cutoffLen,
          trainOnPrompt: false,
          maskHistory: false,
          enableThinking: true,
          truncation: 'keep',
        },
      },
      text: { tokenizer, template },
      datasetDir,
      cacheFolder: join(folder, 'cache'),
      maxSamples: undefined,
      seed: 1,
      mix: { strategy: 'concat', seed: 1 },
      overwrite: false,
      threads: workers,
      onProgress: undefined,
      signal: undefined,
    });
    const seconds = (performance.now() - began) / 1000;
    const { samples } = set;
    let tokens = 0;
    for (let position = 0; position < samples.length; position++) tokens += samples.tokenCount(position);
    return { seconds, rows: samples.length, tokens };
  });
}
