/** Which hubs there are and where their files are kept, by the environment variables that Python's libraries read. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Bilingual } from '../core/index.ts';

export type HubName = 'hf' | 'ms';

export interface HubSettings {
  readonly hub: HubName;
  readonly endpoint: string;
  readonly token: string | undefined;
  /** The cache that is shared with Python. */
  readonly cache: string;
  /** Never asks the network. */
  readonly isOffline: boolean;
  /** What to try where the endpoint cannot be reached, as a sentence's end. */
  readonly elsewhere: Bilingual;
}

type Environment = Readonly<Record<string, string | undefined>>;

const HUGGING_FACE = 'https://huggingface.co';
const HUGGING_FACE_MIRROR = 'https://hf-mirror.com';
const MODEL_SCOPE = 'https://modelscope.cn';

export function hubSettings(hub: HubName, environment: Environment = process.env): HubSettings {
  return hub === 'hf' ? huggingFace(environment) : modelScope(environment);
}

/** The hub that names without a prefix are of. */
export function defaultHub(environment: Environment = process.env): HubName {
  return isSet(environment['USE_MODELSCOPE_HUB']) ? 'ms' : 'hf';
}

function huggingFace(environment: Environment): HubSettings {
  const home = environment['HF_HOME'] || join(cacheHome(environment), 'huggingface');
  const endpoint = trimmed(environment['HF_ENDPOINT'] || HUGGING_FACE);
  const tokenFile = environment['HF_TOKEN_PATH'] || join(home, 'token');
  const kept = existsSync(tokenFile) ? readFileSync(tokenFile, 'utf8').trim() : '';
  const mirror = endpoint === HUGGING_FACE_MIRROR ? HUGGING_FACE : HUGGING_FACE_MIRROR;
  return {
    hub: 'hf',
    endpoint,
    token: environment['HF_TOKEN'] || environment['HUGGING_FACE_HUB_TOKEN'] || kept || undefined,
    cache: environment['HF_HUB_CACHE'] || environment['HUGGINGFACE_HUB_CACHE'] || join(home, 'hub'),
    isOffline: isSet(environment['HF_HUB_OFFLINE']),
    elsewhere: {
      en: `set HF_ENDPOINT=${mirror}, or USE_MODELSCOPE_HUB=1 to take it from ${MODEL_SCOPE}`,
      zh: `请设置 HF_ENDPOINT=${mirror}，或设置 USE_MODELSCOPE_HUB=1 从 ${MODEL_SCOPE} 下载`,
    },
  };
}

function modelScope(environment: Environment): HubSettings {
  return {
    hub: 'ms',
    endpoint: trimmed(environment['MODELSCOPE_ENDPOINT'] || MODEL_SCOPE),
    token: environment['MODELSCOPE_API_TOKEN'] || undefined,
    cache: environment['MODELSCOPE_CACHE'] || join(cacheHome(environment), 'modelscope', 'hub'),
    isOffline: isSet(environment['HF_HUB_OFFLINE']),
    elsewhere: {
      en: `take it from ${HUGGING_FACE} without USE_MODELSCOPE_HUB and ms:, or from a mirror by HF_ENDPOINT=${HUGGING_FACE_MIRROR}`,
      zh: `请去掉 USE_MODELSCOPE_HUB 和 ms: 从 ${HUGGING_FACE} 下载，或用 HF_ENDPOINT=${HUGGING_FACE_MIRROR} 从镜像下载`,
    },
  };
}

function cacheHome(environment: Environment): string {
  return environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
}

/** A domain alone is reached over https. */
function trimmed(endpoint: string): string {
  const url = /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
  return url.replace(/\/+$/, '');
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'yes', 'on'].includes(value.toLowerCase());
}
