/** The model that a run file names, ready to answer: base weights with merged adapters, and the last one beside them. */
import type { RunConfig } from '../config/index.ts';
import type { Bilingual, OnProgress } from '../core/index.ts';
import type { LicenseNotice } from '../hub/index.ts';
import {
  adaptedDecoder,
  baseDecoder,
  type LoadedAdapter,
  type LoadedModel,
  loadAdapter,
  loadModel,
  mergeAdapter,
  nativeNote,
  openDevice,
} from '../load/index.ts';
import { fitTokenizer, getTemplate, type Template } from '../text/index.ts';
import { findModel, withAdapters } from './find-model.ts';

export interface OpenOptions {
  readonly onProgress?: OnProgress;
  /** Hears once what is to be said of this machine's own kernels, if anything. */
  readonly onNote?: (note: Bilingual) => void;
  /** Asked once for a model whose licence has to be accepted; accept_license answers it beforehand. */
  readonly acceptLicense?: (notice: LicenseNotice) => Promise<boolean>;
}

export interface OpenModel extends Disposable {
  readonly model: LoadedModel;
  readonly template: Template;
  /** Without the last adapter: what the tuned model is compared with. */
  readonly base: ReturnType<typeof baseDecoder>;
  /** With it; absent where the run file names no adapter. */
  readonly tuned?: ReturnType<typeof adaptedDecoder>;
  /** With another adapter on the same weights. */
  withAdapter(folder: string): ReturnType<typeof adaptedDecoder>;
}

/** Opens for answering. Several adapters are merged into the weights but for the last. */
export async function openModel(config: RunConfig, options: OpenOptions = {}): Promise<OpenModel> {
  const { onProgress } = options;
  const resolved = await findModel(config, options);
  const { adapter_name_or_path: adapterFolders } = await withAdapters(config, options);
  const device = openDevice({ name: config.device, threads: config.num_threads });
  const note = nativeNote();
  if (note) options.onNote?.(note);
  const dtype = config.bf16 ? 'bf16' : 'f32';
  // What an adapter is merged into is changed.
  const keepQuantized = adapterFolders.length < 2;
  const loaded = await loadModel(resolved, device, {
    dtype,
    keepQuantized,
    ...(onProgress && { onProgress }),
  });
  const adapters: LoadedAdapter[] = [];
  const close = () => {
    for (const adapter of adapters) adapter[Symbol.dispose]();
    loaded[Symbol.dispose]();
    device[Symbol.dispose]();
  };
  try {
    const template = getTemplate(config.template ?? resolved.suggestedTemplate, loaded.tokenizer);
    const model = { ...loaded, tokenizer: fitTokenizer(loaded.tokenizer, template) };
    const withAdapter = (folder: string) => {
      const adapter = loadAdapter(folder, model);
      adapters.push(adapter);
      return adaptedDecoder(model, adapter);
    };
    const folders = [...adapterFolders];
    const last = folders.pop();
    for (const folder of folders) await mergeAdapter(folder, model);
    const tuned = last === undefined ? {} : { tuned: withAdapter(last) };
    return { model, template, base: baseDecoder(model), ...tuned, withAdapter, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}
