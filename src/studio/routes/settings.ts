/** Settings of the studio, what it keeps on this machine, and whose work it stands on. */
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { SETTINGS as RUN_SETTINGS } from '../../config/index.ts';
import { ConfigError, cacheFolder } from '../../core/index.ts';
import { defaultHub, hubSettings } from '../../hub/index.ts';
import { bind } from '../bind-route.ts';
import { libraryLicenses } from '../library-licenses.ts';
import { SettingsStore } from '../settings.ts';
import { sizeOnDisk } from '../stored-sizes.ts';
import type { Studio } from '../studio.ts';
import { SETTINGS } from '../wire/index.ts';

export function settingsRoutes(api: OpenAPIHono, { workspace, changes, options }: Studio): void {
  const store = new SettingsStore(join(cacheFolder(), 'studio-settings.json'), workspace);
  const { choices: devices = [] } = RUN_SETTINGS.find(({ key }) => key === 'device') ?? {};

  bind(api, SETTINGS.get, () => {
    const [hf, ms] = [hubSettings('hf'), hubSettings('ms')];
    return {
      settings: store.settings,
      effective: {
        hub: defaultHub(),
        hfEndpoint: hf.endpoint,
        msEndpoint: ms.endpoint,
        isOffline: hf.isOffline,
      },
      tokens: { hf: hf.token !== undefined, ms: ms.token !== undefined },
      devices: [...devices],
      processors: availableParallelism(),
    };
  });

  bind(api, SETTINGS.save, ({ body }) => {
    if (body.device !== '' && !devices.includes(body.device)) {
      throw new ConfigError({
        en: `device ${body.device}: is none; choose one of ${devices.join(', ')}`,
        zh: `device ${body.device}：没有这种设备；请选 ${devices.join('、')} 之一`,
      });
    }
    store.save(body);
    changes.tell('settings', 'models');
    return { done: true };
  });

  bind(api, SETTINGS.token, ({ body }) => {
    store.saveToken(body.hub, body.token);
    changes.tell('settings');
    return { done: true };
  });

  bind(api, SETTINGS.storage, async () => {
    const places = [
      ['data', workspace.data],
      ['runs', workspace.runs],
      ['experiments', join(workspace.root, 'experiments')],
      ['models', workspace.modelFolders[0]!],
      ['state', workspace.state()],
      ['cache', cacheFolder()],
      ['hf', hubSettings('hf').cache],
      ['ms', hubSettings('ms').cache],
    ] as const;
    const stored = await Promise.all(
      places.map(async ([what, path]) => ({ what, path, sizeBytes: await sizeOnDisk(path) })),
    );
    return { workspace: workspace.root, stored };
  });

  bind(api, SETTINGS.licenses, () => libraryLicenses(dirname(options.examples)));
}
