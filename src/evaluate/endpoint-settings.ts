/**
 * What a file says of an endpoint, checked. Keys and tokens are best left to the environment: `${NAME}` in a header or
 * in api_key stands for a variable's value.
 */
import { EndpointSchema } from '../config/index.ts';
import { ConfigError } from '../core/index.ts';
import type { EndpointSettings } from './judge-endpoint.ts';

/**
 * @param where what messages call it: a file, or a place in one
 * @throws ConfigError that names everything that is wrong, and no secrets
 */
export function parseEndpoint(
  raw: unknown,
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): EndpointSettings {
  const parsed = EndpointSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
    throw new ConfigError({
      en: `${where}: ${problems.join('; ')}; correct the endpoint's settings`,
      zh: `${where}：${problems.join('；')}；请改正接口的设置`,
    });
  }
  const { api_key, headers, timeout_seconds, answer_path, probability_path, ...rest } = parsed.data;
  if (rest.body !== undefined && answer_path === undefined) {
    throw new ConfigError({
      en: `${where}: body is set and answer_path is not; name where the answer lies in the response, as in data.label`,
      zh: `${where}：设置了 body 而没有设置 answer_path；请写明答案在响应中的位置，如 data.label`,
    });
  }
  const fill = (key: string, text: string) =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = environment[name];
      if (value !== undefined) return value;
      throw new ConfigError({
        en: `${where}: ${key} needs the environment variable ${name}, which is not set; set it`,
        zh: `${where}：${key} 需要环境变量 ${name}，而它没有设置；请设置`,
      });
    });
  const filled = Object.entries(headers).map(([name, value]) => [name, fill(`headers.${name}`, value)]);
  return {
    ...rest,
    answerPath: answer_path,
    probabilityPath: probability_path,
    headers: Object.fromEntries(filled),
    apiKey: api_key === undefined ? undefined : fill('api_key', api_key),
    timeoutMs: timeout_seconds === undefined ? undefined : timeout_seconds * 1000,
  };
}
