/** Settings of the model and its adapters: the supported ones. */
import { flag, list, requiredText, text } from '../setting.ts';

export const MODEL = {
  model_name_or_path: requiredText({
    en: 'The model to start from: a folder in Hugging Face format, a GGUF file, or a starter such as starter:smollm2-135m-instruct. It decides what can be learned at all, and how much memory and time a step takes.',
    zh: '起点模型：Hugging Face 格式的文件夹、GGUF 文件，或内置的起步模型（如 starter:smollm2-135m-instruct）。它决定能学到什么程度，也决定每步占用的内存和时间。',
  }),
  adapter_name_or_path: list([], {
    en: 'LoRA adapters put on the model, separated by commas: all but the last are merged into its weights, the last one is trained further (or merged too with create_new_adapter).',
    zh: '加载到模型上的 LoRA 适配器，用逗号分隔：除最后一个外全部并入权重，最后一个继续训练（设了 create_new_adapter 时也并入）。',
  }),
  model_revision: text('main', {
    en: 'Which state of a model or adapter on a hub is meant: a branch, a tag or a commit. Fixing a commit keeps results the same when its authors change the model; local folders have no revisions.',
    zh: '使用模型库中模型或适配器的哪个版本：分支、标签或提交号。固定到某个提交号，作者更新模型后结果仍保持一致；本地文件夹没有版本之分。',
  }),
  cache_dir: text(null, {
    en: 'Where downloaded models are kept; empty means the cache folder of this user. The result does not depend on it.',
    zh: '下载的模型存放的位置；留空则使用当前用户的缓存文件夹。不影响结果。',
  }),
  accept_license: flag(false, {
    own: true,
    en: 'Says yes to the licence of a model that asks for it once, so that a run need not stop to ask.',
    zh: '对需要确认一次许可证的模型直接表示同意，运行时不再停下来询问。',
  }),
};
