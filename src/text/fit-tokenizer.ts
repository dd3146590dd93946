/**
 * The tokenizer as a template leaves it, for inference and for the output folder: its end of turn is EOS, a missing PAD
 * becomes EOS, stop words are special, and chat_template says what was trained.
 */
import type { Template } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { AddedToken, TokenizerJson } from './tokenizer-json.ts';

export function fitTokenizer(tokenizer: Tokenizer, template: Template): Tokenizer {
  const [eosToken = tokenizer.eosToken] = template.stopTokens;
  const padToken = tokenizer.padToken ?? eosToken;
  const idOf = (token: string | undefined) => (token === undefined ? undefined : tokenizer.tokenToId(token));
  const stops = new Set(template.stopTokens.map(idOf));
  const isSpecial = (id: number) => stops.has(id) || tokenizer.isSpecial(id);
  return {
    ...tokenizer,
    eosToken,
    padToken,
    eosId: idOf(eosToken),
    padId: idOf(padToken),
    isSpecial,
    endTokens: [...new Set([...template.stopTokens, ...tokenizer.endTokens])],
    chatTemplate: template.chatTemplate,
    decode: (ids, options = {}) =>
      tokenizer.decode(options.skipSpecialTokens ? ids.filter((id) => !isSpecial(id)) : ids, options),
    files: () => fittedFiles(tokenizer.files(), { eosToken, padToken, stops, template }),
  };
}

interface Fit {
  readonly eosToken: string | undefined;
  readonly padToken: string | undefined;
  readonly stops: ReadonlySet<number | undefined>;
  readonly template: Template;
}

function fittedFiles(
  files: ReadonlyMap<string, string>,
  { eosToken, padToken, stops, template }: Fit,
): Map<string, string> {
  const fitted = new Map(files);
  const change = (
    name: string,
    edit: (content: Record<string, unknown>) => Record<string, unknown>,
    indent?: number,
  ) => {
    const text = fitted.get(name);
    if (text !== undefined) fitted.set(name, `${JSON.stringify(edit(JSON.parse(text)), null, indent)}\n`);
  };
  const named = {
    ...(eosToken ? { eos_token: eosToken } : {}),
    ...(padToken ? { pad_token: padToken } : {}),
  };
  const { chatTemplate } = template;
  change(
    'tokenizer_config.json',
    (config) => ({ ...config, ...named, ...(chatTemplate ? { chat_template: chatTemplate } : {}) }),
    2,
  );
  change('special_tokens_map.json', (map) => ({ ...map, ...named }), 2);
  if (fitted.has('chat_template.jinja') && chatTemplate) fitted.set('chat_template.jinja', chatTemplate);
  const { added_tokens: added } = JSON.parse(fitted.get('tokenizer.json') ?? '{}') as Partial<TokenizerJson>;
  if (added?.some((token) => stops.has(token.id) && !token.special)) {
    change('tokenizer.json', (json) => ({
      ...json,
      added_tokens: added.map((token) => withSpecial(token, stops)),
    }));
  }
  return fitted;
}

const withSpecial = (token: AddedToken, stops: ReadonlySet<number | undefined>): AddedToken =>
  stops.has(token.id) ? { ...token, special: true } : token;
