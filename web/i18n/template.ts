/** The chat template of a model that is to be loaded. */
import type { Texts } from './language.tsx';

const en = {
  label: 'Chat template',
  help: 'Empty takes that of the adapter, else the one that lies beside the model. Some models bring none.',
  own: "the model's own",
};

const zh: typeof en = {
  label: '对话模板',
  help: '留空则取适配器的模板，否则取模型自带的。有些模型不带模板。',
  own: '模型自带',
};

export const TEMPLATE: Texts<typeof en> = { en, zh };
