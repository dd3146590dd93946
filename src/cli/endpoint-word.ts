/** A word of the command line names an endpoint: the URL of an OpenAI-style chat, or a file that describes it. */
import { existsSync, readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../core/index.ts';
import { type EndpointSettings, parseEndpoint } from '../evaluate/index.ts';

/** Where the key of an endpoint that is given by URL lies: a command line can be read by others. */
const KEY = 'TUNESMITH_API_KEY';

/** @throws ConfigError that says what is wrong, and quotes neither addresses nor contents: both may hold secrets */
export function readEndpoint(
  word: string,
  environment: Readonly<Record<string, string | undefined>>,
): EndpointSettings {
  if (word.includes('://')) {
    const name = URL.canParse(word) ? new URL(word).host : 'endpoint';
    return { name, url: word, apiKey: environment[KEY] };
  }
  if (!existsSync(word)) {
    throw new ConfigError({
      en: `${word}: there is no such file; give the URL of an endpoint, or a yaml file that describes it`,
      zh: `${word}：没有这个文件；请给出接口地址，或描述接口的 yaml 文件`,
    });
  }
  return parseEndpoint(parseYaml(readFileSync(word, 'utf8'), word), word, environment);
}

function parseYaml(text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const fault = document.errors[0];
  if (!fault) return document.toJS();
  const { line } = lineCounter.linePos(fault.pos[0]);
  throw new ConfigError({
    en: `${file} line ${line}: is no YAML (${fault.code}); write one "key: value" a line`,
    zh: `${file} 第 ${line} 行：不是 YAML（${fault.code}）；请每行写一个 "key: value"`,
  });
}
