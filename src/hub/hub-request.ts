/**
 * Requests to a hub: three seconds to connect, tries again where the hub says or shows that it is busy, and says in
 * words what its refusals mean. The token goes to the hub alone; a redirect to another host does not carry it.
 */
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { HubError, type Language, messageOf } from '../core/index.ts';
import type { HubSettings } from './hub-settings.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** Of the addresses that a name has, each gets so long; Node's quarter of a second is less than the way across an ocean. */
const ADDRESS_TIMEOUT_MS = 1500;
/** A hub that takes so long to begin an answer is as good as none. */
const ANSWER_TIMEOUT_MS = 10_000;
/** One that sends nothing for so long will not send any more. */
const SILENCE_TIMEOUT_MS = 30_000;
const MOST_TRIES = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

export type { Response } from 'undici';

/** The hub, or where it sends to, is not there: another try or another endpoint may be. */
export class UnreachableError extends HubError {}

export class HubClient {
  readonly settings: HubSettings;
  /** Between tries. */
  readonly wait: (ms: number) => Promise<void>;
  readonly #dispatcher: EnvHttpProxyAgent;

  constructor(
    settings: HubSettings,
    wait: (ms: number) => Promise<void> = sleep,
    answerTimeoutMs = ANSWER_TIMEOUT_MS,
  ) {
    this.settings = settings;
    this.wait = wait;
    this.#dispatcher = new EnvHttpProxyAgent({
      connect: { timeout: CONNECT_TIMEOUT_MS, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS },
      headersTimeout: answerTimeoutMs,
      bodyTimeout: SILENCE_TIMEOUT_MS,
    });
  }

  /**
   * @param what is asked for, in words for a message
   * @returns an answer of status 200 or 206
   * @throws HubError with what the hub refused and what to do
   */
  async get(url: string, what: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    if (this.settings.isOffline) {
      throw new HubError({
        en: `hub: ${what} is not on this machine, and HF_HUB_OFFLINE is set; unset it`,
        zh: `模型库：${what} 不在本机，而设置了 HF_HUB_OFFLINE；请取消该设置`,
      });
    }
    for (let tries = 1; ; tries++) {
      const response = await this.#try(url, { ...this.#credentials(url), ...headers });
      if (response.status === 200 || response.status === 206) return response;
      await response.body?.cancel();
      const isBusy = response.status === 429 || response.status >= 500;
      if (!isBusy || tries === MOST_TRIES) throw this.#refusal(response.status, what);
      await this.wait(waitOf(response.headers.get('retry-after'), tries));
    }
  }

  async json(url: string, what: string): Promise<unknown> {
    const response = await this.get(url, what);
    try {
      return await response.json();
    } catch (error) {
      throw new HubError(
        {
          en: `hub: ${this.settings.endpoint} answers with something else than JSON for ${what}; check the endpoint`,
          zh: `模型库：${this.settings.endpoint} 对 ${what} 的回答不是 JSON；请检查地址`,
        },
        error,
      );
    }
  }

  /** Lets a program end that has asked. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  async pause(tries: number): Promise<void> {
    await this.wait(waitOf(null, tries));
  }

  async #try(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const { endpoint, elsewhere } = this.settings;
    try {
      return await fetch(url, { headers, dispatcher: this.#dispatcher });
    } catch (error) {
      throw new UnreachableError(
        {
          en: `hub: ${endpoint} cannot be reached, ${whyOf(error, 'en')}; ${elsewhere.en}`,
          zh: `模型库：无法连接 ${endpoint}，${whyOf(error, 'zh')}；${elsewhere.zh}`,
        },
        error,
      );
    }
  }

  #credentials(url: string): Record<string, string> {
    const { endpoint, token, hub } = this.settings;
    if (token === undefined || !url.startsWith(`${endpoint}/`)) return {};
    const bearer = { authorization: `Bearer ${token}` };
    return hub === 'hf' ? bearer : { ...bearer, cookie: `m_session_id=${token}` };
  }

  #refusal(status: number, what: string): HubError {
    const { endpoint, token, hub } = this.settings;
    const variable = hub === 'hf' ? 'HF_TOKEN' : 'MODELSCOPE_API_TOKEN';
    if (status === 401 || status === 403) {
      const remedy = token
        ? {
            en: `accept its terms on ${endpoint} with the account of ${variable}, and check that the token may read it`,
            zh: `请用 ${variable} 的账号在 ${endpoint} 接受其条款，并确认该令牌有权读取`,
          }
        : {
            en: `check the name, and if it is private or asks for its terms to be accepted, set ${variable}`,
            zh: `请检查名称；若为私有，或须先接受条款，请设置 ${variable}`,
          };
      return new HubError({
        en: `hub: ${endpoint} does not give ${what} (${status}); ${remedy.en}`,
        zh: `模型库：${endpoint} 不提供 ${what}（${status}）；${remedy.zh}`,
      });
    }
    if (status === 404)
      return new HubError({
        en: `hub: ${endpoint} has no ${what}; check the name`,
        zh: `模型库：${endpoint} 没有 ${what}；请检查名称`,
      });
    if (status === 429) {
      return new HubError({
        en: `hub: ${endpoint} has had too many requests (429); try again later, or set ${variable}`,
        zh: `模型库：${endpoint} 的请求过多（429）；请稍后再试，或设置 ${variable}`,
      });
    }
    return new HubError({
      en: `hub: ${endpoint} answers ${status} for ${what}; try again later`,
      zh: `模型库：${endpoint} 对 ${what} 回答 ${status}；请稍后再试`,
    });
  }
}

/** Why nothing came, in words: of a name with several addresses, what each said. */
function whyOf(error: unknown, language: Language): string {
  const { cause = error } = error as { cause?: { code?: string; errors?: unknown[] } };
  const { code, errors } = cause as { code?: string; errors?: unknown[] };
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    const seconds = CONNECT_TIMEOUT_MS / 1000;
    return language === 'zh' ? `${seconds} 秒内未能建立连接` : `no connection within ${seconds} s`;
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return language === 'zh' ? '连接后没有回答' : 'it takes the connection and does not answer';
  }
  const causes = errors?.length ? errors : [cause];
  return causes.map((each) => messageOf(each, language)).join(language === 'zh' ? '，' : ', ');
}

/** What the hub asks for, else twice as long each time. */
function waitOf(retryAfter: string | null, tries: number): number {
  const asked = Number(retryAfter) * 1000;
  return Math.min(LONGEST_WAIT_MS, asked > 0 ? asked : FIRST_WAIT_MS * 2 ** (tries - 1));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
