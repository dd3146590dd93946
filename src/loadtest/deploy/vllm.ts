/** The same model and adapters served by vLLM on a GPU, under the same names and port. */
import { commentLines } from './compose.ts';
import { type Deployment, isGguf } from './deployment.ts';
import { quoted } from './dockerfile.ts';

/** What vLLM takes for --max-lora-rank. */
const RANKS = [8, 16, 32, 64, 128, 256, 320, 512];

/** @returns undefined where vLLM cannot read the model as it is: a GGUF file, or a starter, which is one */
export function vllmScript(deployment: Deployment): string | undefined {
  const { model, modelName, adapters, port, settings } = deployment;
  if (isGguf(deployment) || (model.kind === 'name' && model.name.startsWith('starter:'))) return undefined;
  const highest = Math.max(...adapters.map(({ rank }) => rank));
  const rank = RANKS.find((step) => step >= highest);
  const words = [
    ['vllm serve', quoted(model.kind === 'name' ? model.name : model.path)],
    ['--host 0.0.0.0', `--port ${port}`],
    ['--served-model-name', quoted(modelName)],
    ['--api-key', '"$TUNESMITH_API_KEY"'],
    ...(settings['max_model_len'] === undefined
      ? []
      : [['--max-model-len', String(settings['max_model_len'])]]),
    ...(settings['max_num_seqs'] === undefined ? [] : [['--max-num-seqs', String(settings['max_num_seqs'])]]),
    ...(adapters.length === 0
      ? []
      : [
          ['--enable-lora', `--max-lora-rank ${rank ?? highest}`, `--max-loras ${adapters.length}`],
          ['--lora-modules', ...adapters.map(({ name, path }) => quoted(`${name}=${path}`))],
        ]),
  ];
  const notes = [
    'On a machine with a GPU: pip install vllm, then this script. vLLM answers chat completions; it has no label scoring.',
    'How many GPUs a load needs was not measured here: press this server by tunesmith loadtest, and plan anew.',
  ];
  return `#!/usr/bin/env bash\n${commentLines(notes)}set -euo pipefail\nexec ${words.map((line) => line.join(' ')).join(' \\\n  ')}\n`;
}
