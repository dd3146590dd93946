/**
 * Settings that the page changes, kept for the user of this machine. Hubs are set by the variables of the environment
 * that every part of the program and Python's libraries read, so that jobs inherit them; the rest goes into the run files
 * of what the page starts.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../core/index.ts';
import { StudioSettings } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

const Kept = StudioSettings.extend({ hfToken: z.string().default(''), msToken: z.string().default('') });
type Kept = z.infer<typeof Kept>;

const VARIABLES = {
  hfEndpoint: 'HF_ENDPOINT',
  msEndpoint: 'MODELSCOPE_ENDPOINT',
  hfToken: 'HF_TOKEN',
  msToken: 'MODELSCOPE_API_TOKEN',
} as const;
const HUB = 'USE_MODELSCOPE_HUB';

export class SettingsStore {
  readonly #path: string;
  readonly #workspace: Workspace;
  readonly #environment: NodeJS.ProcessEnv;
  /** What it was before the studio set anything. */
  readonly #before: Readonly<Record<string, string | undefined>>;
  #kept: Kept;

  /** @param environment is changed: what is started from here on finds the settings there */
  constructor(path: string, workspace: Workspace, environment: NodeJS.ProcessEnv = process.env) {
    this.#path = path;
    this.#workspace = workspace;
    this.#environment = environment;
    this.#before = Object.fromEntries(
      [...Object.values(VARIABLES), HUB].map((name) => [name, environment[name]]),
    );
    this.#kept = read(path);
    this.#apply();
  }

  /** Without the tokens. */
  get settings(): StudioSettings {
    return StudioSettings.parse(this.#kept);
  }

  /** @throws ConfigError for an endpoint that is no address */
  save(settings: StudioSettings): void {
    for (const key of ['hfEndpoint', 'msEndpoint'] as const) checkEndpoint(settings[key], VARIABLES[key]);
    this.#keep({ ...this.#kept, ...settings });
  }

  saveToken(hub: 'hf' | 'ms', token: string): void {
    this.#keep({ ...this.#kept, [`${hub}Token`]: token });
  }

  #keep(kept: Kept): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.part`;
    // Tokens stand in it.
    writeFileSync(temporary, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#path);
    this.#kept = kept;
    this.#apply();
  }

  #apply(): void {
    const { hub, device, threads } = this.#kept;
    for (const [key, name] of Object.entries(VARIABLES)) this.#set(name, this.#kept[key as keyof Kept]);
    this.#set(HUB, hub === '' ? '' : hub === 'ms' ? '1' : '0');
    this.#workspace.defaults = {
      ...(device !== '' && { device }),
      ...(threads !== null && { num_threads: threads }),
    };
  }

  #set(name: string, value: unknown): void {
    const wanted = value === '' ? this.#before[name] : String(value);
    if (wanted === undefined) delete this.#environment[name];
    else this.#environment[name] = wanted;
  }
}

function read(path: string): Kept {
  if (!existsSync(path)) return Kept.parse({});
  try {
    return Kept.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const text = {
      en: `${path}: holds no settings of the studio; delete it to begin anew`,
      zh: `${path}：不是 studio 的设置；删除它即可重新开始`,
    };
    throw new ConfigError(text, error);
  }
}

function checkEndpoint(endpoint: string, name: string): void {
  if (endpoint === '' || /^(https?:\/\/)?[\w.-]+(:\d+)?(\/[\w./-]*)?$/.test(endpoint)) return;
  throw new ConfigError({
    en: `${name} ${endpoint}: is no address; write a domain, or one with https:// before it`,
    zh: `${name} ${endpoint}：不是地址；请写域名，或以 https:// 开头的地址`,
  });
}
