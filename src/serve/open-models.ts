/** What a run file names becomes served models: the base, and each adapter beside it, on one engine. */
import { basename, dirname } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import { type Bilingual, ConfigError, type OnProgress } from '../core/index.ts';
import { type ResolvedModel, resolveAdapter, resolveModel } from '../hub/index.ts';
import { createEngine } from '../infer/index.ts';
import { baseDecoder, loadAdapter, loadModel, nativeNote, openDevice } from '../load/index.ts';
import { fitTokenizer, getTemplate } from '../text/index.ts';
import { createServedModels, type ServedModel, type ServedModels } from './served-models.ts';

export interface OpenModels extends AsyncDisposable {
  readonly models: ServedModels;
}

interface OpenOptions {
  readonly onProgress?: OnProgress;
  readonly onNote?: (note: Bilingual) => void;
}

/** Where nobody says how long: more is seldom asked of a small model, and takes memory for every place. */
const USUAL_CONTEXT = 4096;
const CHECKPOINT = /^checkpoint-\d+$/;

/** @throws TunesmithError when something cannot be found, does not fit together or not into memory */
export async function openModels(config: RunConfig, options: OpenOptions = {}): Promise<OpenModels> {
  const { onProgress } = options;
  const resolved = await resolveModel(config.model_name_or_path, {
    acceptLicense: config.accept_license,
    revision: config.model_revision,
    ...(onProgress && { onProgress }),
  });
  const named = nameModels(config, resolved);
  const folders = new Map<string, string>();
  for (const { adapter } of named) {
    if (adapter !== undefined) {
      folders.set(adapter, await resolveAdapter(adapter, { onProgress, revision: config.model_revision }));
    }
  }
  const opened: Disposable[] = [];
  const open = <T extends Disposable>(one: T): T => {
    opened.unshift(one);
    return one;
  };
  const closeAll = () => {
    for (const one of opened) one[Symbol.dispose]();
  };
  try {
    const device = open(openDevice({ name: config.device, threads: config.num_threads }));
    const note = nativeNote();
    if (note) options.onNote?.(note);
    const dtype = config.bf16 ? 'bf16' : 'f32';
    // Adapters stand beside the weights, which nothing changes.
    const loading = { dtype, keepQuantized: true, ...(onProgress && { onProgress }) } as const;
    const loaded = open(await loadModel(resolved, device, loading));
    const template = getTemplate(config.template ?? resolved.suggestedTemplate, loaded.tokenizer);
    const adapters = new Map(
      named.flatMap(({ adapter }) =>
        adapter === undefined ? [] : [[adapter, open(loadAdapter(folders.get(adapter)!, loaded))] as const],
      ),
    );
    const engine = createEngine(baseDecoder(loaded), loaded.arena, {
      contextLength: contextOf(config.max_model_len, loaded.spec.maxPositions),
      adapters,
      maxRunning: config.max_num_seqs,
    });
    const models = createServedModels({
      engine,
      tokenizer: fitTokenizer(loaded.tokenizer, template),
      template,
      vocabSize: loaded.spec.vocabSize,
      models: named,
      defaults: defaultsOf(config),
    });
    const close = async () => {
      await engine.close();
      closeAll();
    };
    return { models, [Symbol.asyncDispose]: close };
  } catch (error) {
    closeAll();
    throw error;
  }
}

function defaultsOf(config: RunConfig): ServedModels['defaults'] {
  return {
    sampling: {
      doSample: config.do_sample,
      temperature: config.temperature,
      topK: config.top_k,
      topP: config.top_p,
      repetitionPenalty: config.repetition_penalty,
      seed: config.seed,
    },
    maxNewTokens: config.max_new_tokens,
    enableThinking: config.enable_thinking,
  };
}

function contextOf(wanted: number | null, possible: number): number {
  if (wanted === null) return Math.min(possible, USUAL_CONTEXT);
  if (wanted <= possible) return wanted;
  throw new ConfigError(
    `api: max_model_len ${wanted} exceeds the model's max_position_embeddings ${possible}; lower it`,
  );
}

/**
 * Adapters first, in their order, then the base model.
 * @throws ConfigError when two would have the same name, or there are more names than models
 */
export function nameModels(
  { served_model_name: given, adapter_name_or_path: folders }: RunConfig,
  base: Pick<ResolvedModel, 'name'>,
): ServedModel[] {
  const models: ServedModel[] = [
    ...folders.map((adapter, index) => ({ name: given[index] ?? folderName(adapter), adapter })),
    { name: given[folders.length] ?? base.name, adapter: undefined },
  ];
  if (given.length > models.length) {
    throw new ConfigError(
      `api: served_model_name has ${given.length} names, and there are ${models.length} models: each adapter, then the base; name no more`,
    );
  }
  const twice = models.find(({ name }, index) => models.some((other, i) => i < index && other.name === name));
  if (twice) {
    throw new ConfigError(
      `api: two models would be called ${twice.name}; give each its name in served_model_name, adapters first, then the base`,
    );
  }
  return models;
}

/** A checkpoint's number says little without its run. */
function folderName(path: string): string {
  const name = basename(path);
  return CHECKPOINT.test(name) ? `${basename(dirname(path))}/${name}` : name;
}
