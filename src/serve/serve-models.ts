/** `tunesmith api` as a whole: what has to be in order before a port is opened, and then the replicas behind it. */
import { existsSync } from 'node:fs';
import type { RunConfig } from '../config/index.ts';
import { ConfigError, checkMachine, type OnProgress } from '../core/index.ts';
import { type LicenseNotice, resolveAdapter, resolveModel } from '../hub/index.ts';
import { hashKey, type KeyHash, readKeyFile } from './http/api-keys.ts';
import { isLoopback } from './http/local-hosts.ts';
import { nameModels } from './open-models.ts';
import { type Supervised, superviseReplicas } from './replicas/supervise.ts';

interface ServeOptions {
  /** Of this program. */
  readonly version: string;
  /** One line of the log. */
  readonly log: (line: string) => void;
  readonly onProgress?: OnProgress;
  readonly acceptLicense?: (notice: LicenseNotice) => Promise<boolean>;
  /** Holds TUNESMITH_API_KEY, if any: a command line can be read by others. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const KEY_VARIABLE = 'TUNESMITH_API_KEY';

/** @throws TunesmithError when it cannot serve; nothing is left running then */
export async function serveModels(config: RunConfig, options: ServeOptions): Promise<Supervised> {
  checkMachine();
  const keys = keysOf(config, options.environment[KEY_VARIABLE]);
  if (keys.length === 0 && !isLoopback(config.host)) {
    throw new ConfigError(
      `api: host ${config.host} can be reached by others, and there is no API key; set ${KEY_VARIABLE} or api_key_file, or leave host at 127.0.0.1`,
    );
  }
  const model = await resolveModel(config.model_name_or_path, {
    acceptLicense: config.accept_license || (options.acceptLicense ?? false),
    revision: config.model_revision,
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  nameModels(config, model);
  const adapters: string[] = [];
  for (const name of config.adapter_name_or_path) {
    const { model_revision: revision } = config;
    const folder = await resolveAdapter(name, { onProgress: options.onProgress, revision });
    // A name on a hub stays what the model is called.
    adapters.push(existsSync(name) ? folder : name);
  }
  const placed = { ...config, accept_license: true, adapter_name_or_path: adapters };
  return superviseReplicas({ config: placed, keys, version: options.version }, options.log);
}

function keysOf({ api_key_file: file }: RunConfig, given: string | undefined): KeyHash[] {
  return [...(file ? readKeyFile(file) : []), ...(given ? [hashKey('environment', given)] : [])];
}
