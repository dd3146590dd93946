/**
 * One JSON request to an address that may be slow, busy or broken: a deadline, another try where that may help, and a
 * sentence when it does not. What was sent as a header or in the address is secret and stays out of every message.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Bilingual, bilingual, ConfigError, messageOf, TunesmithError, textOf } from '../core/index.ts';
import { cutTo, oneLine } from './display-width.ts';
import type { Json } from './endpoint-request.ts';

/** An endpoint that gives no answer. */
export class EndpointError extends TunesmithError {
  /** Whether every other request will fail likewise. */
  readonly isLasting: boolean;

  constructor(message: Bilingual, isLasting: boolean) {
    super('endpoint', message);
    this.isLasting = isLasting;
  }
}

export interface ClientSettings {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For one try, until the answer is there; 60 seconds when absent. */
  readonly timeoutMs?: number | undefined;
  /** After the first try; 4 when absent. */
  readonly retries?: number | undefined;
}

/** Clock and chance, so that tests need not wait. */
export interface ClientTools {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in 0 … 1. */
  readonly random: () => number;
}

const TOOLS: ClientTools = {
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
  random: Math.random,
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** An answer to one row is a few kilobytes; more is a mistake that should not fill the memory. */
const MAX_RESPONSE_BYTES = 4 * 2 ** 20;
/** Of a response, in a message. */
const EXCERPT_CELLS = 200;

/** Conditions that pass: timeouts, conflicts, too early, too many, and faults of the server. */
const isPassing = (status: number) => [408, 409, 425, 429].includes(status) || status >= 500;
/** Conditions that concern every request: the key, the address, the method. */
const isLasting = (status: number) => [401, 402, 403, 404, 405].includes(status);

/** Why one try failed. */
class Failure extends TunesmithError {
  readonly mayPass: boolean;
  readonly isLasting: boolean;
  readonly retryAfterMs: number;

  constructor(
    reason: Bilingual,
    kind: { mayPass?: boolean; isLasting?: boolean; retryAfterMs?: number } = {},
  ) {
    super('endpoint', reason);
    this.mayPass = kind.mayPass ?? false;
    this.isLasting = kind.isLasting ?? false;
    this.retryAfterMs = kind.retryAfterMs ?? 0;
  }
}

export class EndpointClient {
  readonly #url: URL;
  readonly #headers: Headers;
  readonly #secrets: readonly string[];
  readonly #timeoutMs: number;
  readonly #tries: number;
  readonly #tools: ClientTools;

  /** @throws ConfigError when the address or a header cannot be used */
  constructor({ url, headers = {}, timeoutMs = 60_000, retries = 4 }: ClientSettings, tools = TOOLS) {
    const { address, secrets, login } = parseAddress(url);
    const all = { ...login, ...headers };
    this.#url = address;
    this.#headers = headersOf(all);
    this.#secrets = spellingsOf([...secrets, ...Object.values(all).flatMap(partsOf)]);
    this.#timeoutMs = timeoutMs;
    this.#tries = retries + 1;
    this.#tools = tools;
  }

  /** The address as it may be shown: without name, password and query. */
  get place(): string {
    return this.#url.origin + this.#url.pathname;
  }

  /**
   * Sends a body.
   * @returns the JSON that came back
   * @throws EndpointError when it failed for good, and the signal's reason when that was given
   */
  async send(body: Json, signal: AbortSignal): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#sendOnce(body, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Failure)) throw error;
        if (!error.mayPass || attempt === this.#tries) {
          const { en, zh } = textOf(error);
          const reason =
            attempt > 1
              ? { en: `${en} (${attempt} tries)`, zh: `${zh}（尝试了 ${attempt} 次）` }
              : { en, zh };
          throw this.error(reason, error.isLasting);
        }
        const patience = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + this.#tools.random() / 2);
        const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(patience, error.retryAfterMs));
        await this.#tools.sleep(waitMs, signal);
      }
    }
  }

  /** An error about this endpoint, its reason without secrets. */
  error(reason: Bilingual, isLasting = false): EndpointError {
    return new EndpointError(
      {
        en: `endpoint ${this.place}: ${this.#withoutSecrets(reason.en)}`,
        zh: `接口 ${this.place}：${this.#withoutSecrets(reason.zh)}`,
      },
      isLasting,
    );
  }

  /** Part of a response, for a message. Secrets go before it is cut, or half of one might stay. */
  excerpt(text: string): string {
    return cutTo(this.#withoutSecrets(oneLine(text)), EXCERPT_CELLS) || 'nothing';
  }

  #withoutSecrets(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  }

  async #sendOnce(body: Json, signal: AbortSignal): Promise<unknown> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url, {
        method: 'POST',
        headers: this.#headers,
        body: JSON.stringify(body),
        // A key must not follow to wherever an answer points.
        redirect: 'manual',
        signal: AbortSignal.any([signal, deadline]),
      });
      text = await readText(response);
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (deadline.aborted) {
        const ms = this.#timeoutMs;
        throw new Failure({ en: `no answer within ${ms} ms`, zh: `${ms} 毫秒内没有回答` }, { mayPass: true });
      }
      const cause = causeOf(error);
      throw new Failure(
        { en: `cannot be reached: ${cause}`, zh: `无法连接：${cause}` },
        { mayPass: true, isLasting: true },
      );
    }
    const { status } = response;
    if (status >= 300 && status < 400) {
      throw new Failure(
        {
          en: `HTTP ${status}, it points elsewhere; give the final address`,
          zh: `HTTP ${status}，它指向别处；请给出最终地址`,
        },
        { isLasting: true },
      );
    }
    if (!response.ok) {
      const retryAfterMs = retryAfterOf(response.headers.get('retry-after'));
      const kind = { mayPass: isPassing(status), isLasting: isLasting(status), retryAfterMs };
      throw new Failure(
        bilingual(() => `HTTP ${status}: ${this.excerpt(text)}`),
        kind,
      );
    }
    try {
      return JSON.parse(text);
    } catch {
      const shown = this.excerpt(text);
      throw new Failure({ en: `answers no JSON: ${shown}`, zh: `回答不是 JSON：${shown}` });
    }
  }
}

/** The address without name and password, which fetch does not take, and these as a header. */
function parseAddress(url: string): { address: URL; secrets: string[]; login: Record<string, string> } {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address || !['http:', 'https:'].includes(address.protocol)) {
    // The text is not shown: it may hold a password.
    throw new ConfigError({
      en: 'endpoint: its URL cannot be read; write http://… or https://…',
      zh: '接口：地址无法解析；请写成 http://… 或 https://…',
    });
  }
  const { username, password } = address;
  address.username = '';
  address.password = '';
  const secrets = [
    password,
    decodeURIComponent(password),
    ...[...address.searchParams.values()].filter(isLong),
  ];
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  );
  return {
    address,
    secrets: secrets.filter((secret) => secret !== ''),
    login: username || password ? { authorization: `Basic ${login}` } : {},
  };
}

function headersOf(headers: Readonly<Record<string, string>>): Headers {
  const all = new Headers({ 'content-type': 'application/json', accept: 'application/json' });
  for (const [name, value] of Object.entries(headers)) {
    try {
      all.set(name, value);
    } catch {
      // The engine's own message would quote the value.
      throw new ConfigError({
        en: `endpoint: the header ${JSON.stringify(name)} cannot be sent; check it for line breaks`,
        zh: `接口：请求头 ${JSON.stringify(name)} 无法发送；请检查其中是否有换行`,
      });
    }
  }
  return all;
}

/** A header's words: a server may well repeat the key without `Bearer`. */
function partsOf(value: string): string[] {
  return [value, ...value.split(/[\s,;=:]+/)].filter(isLong);
}

/** Also as they look inside JSON or an address; the longest first, so that none is replaced by halves. */
function spellingsOf(secrets: readonly string[]): string[] {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(spellings)].sort((a, b) => b.length - a.length);
}

/** Shorter ones are no secrets, and would blot out half of a message. */
function isLong(text: string): boolean {
  return text.length >= 4 && !['application/json', 'Basic', 'Bearer'].includes(text);
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) {
      throw new Failure({
        en: `answers more than ${MAX_RESPONSE_BYTES} bytes`,
        zh: `回答超过 ${MAX_RESPONSE_BYTES} 字节`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `Retry-After`: seconds, or a date. */
function retryAfterOf(header: string | null): number {
  if (!header) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : messageOf(cause);
}
