/** A template by its name, or the one that the model brought along. */
import { ConfigError, ModelError, nearestName } from '../core/index.ts';
import { createJinjaTemplate } from './jinja-template.ts';
import { createSlotTemplate } from './slot-template.ts';
import type { Template } from './template.ts';
import { TEMPLATE_NAMES, TEMPLATES } from './templates.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface TemplateOptions {
  /** Takes the place of the template's default system text. */
  readonly defaultSystem?: string | undefined;
  readonly today?: (() => Date) | undefined;
}

/**
 * @param name undefined: the model's own Jinja chat_template
 * @throws ConfigError when there is no template of that name
 * @throws ModelError when template and tokenizer do not fit, or the model has no template of its own
 */
export function getTemplate(
  name: string | undefined,
  tokenizer: Tokenizer,
  options: TemplateOptions = {},
): Template {
  const { defaultSystem, today = () => new Date() } = options;
  if (name === undefined) {
    const source = tokenizer.chatTemplate;
    if (source !== undefined) return createJinjaTemplate({ source, defaultSystem, tokenizer, today });
    throw new ModelError({
      en: `template: the model has no chat_template of its own; set template to one of ${TEMPLATE_NAMES.join(', ')}`,
      zh: `模板：该模型没有自带的 chat_template；请把 template 设为 ${TEMPLATE_NAMES.join('、')} 之一`,
    });
  }
  const entry = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined;
  if (!entry) {
    const near = nearestName(name, TEMPLATE_NAMES);
    const choice = {
      en: near ?? `one of ${TEMPLATE_NAMES.join(', ')}`,
      zh: near ?? `${TEMPLATE_NAMES.join('、')} 之一`,
    };
    throw new ConfigError({
      en: `template: ${name} is not known; set template to ${choice.en}`,
      zh: `模板：没有 ${name}；请把 template 设为 ${choice.zh}`,
    });
  }
  const changed = defaultSystem === undefined ? entry : { ...entry, defaultSystem };
  return createSlotTemplate({ name, entry: changed, tokenizer, today });
}
