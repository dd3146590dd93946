/** The image: Node on a system whose C library the engine runs on, the package, and the model inside. */
import { basename } from 'node:path';
import {
  adapterPlace,
  buildContexts,
  type Deployment,
  MODEL_PLACE,
  type PackageSource,
} from './deployment.ts';

/** Debian 12: glibc 2.36. */
const BASE = 'node:22-bookworm-slim';
const CACHE = '/srv/cache';
const PACKAGE_PLACE = '/srv/package';

export function dockerfile(deployment: Deployment): string {
  const { model, adapters, port } = deployment;
  const contexts = Object.entries(buildContexts(deployment));
  const build = [
    'docker build',
    ...contexts.map(([name, path]) => `--build-context ${name}=${quoted(path)}`),
  ];
  return `${[
    `# ${build.join(' ')} -t ${deployment.image} .`,
    `FROM ${BASE}`,
    ...packageLines(deployment.package),
    `ENV NODE_ENV=production TUNESMITH_CACHE=${CACHE}`,
    `RUN install -d -o node -g node ${CACHE}`,
    'USER node',
    ...modelLines(model),
    ...adapters.map((_, index) => `COPY --from=adapter-${index} --chown=node . ${adapterPlace(index)}`),
    `EXPOSE ${port}`,
    'ENTRYPOINT ["tunesmith", "api"]',
  ].join('\n')}\n`;
}

function packageLines(source: PackageSource): string[] {
  if (source.kind === 'spec')
    return [`RUN npm install --global ${quoted(source.spec)} && npm cache clean --force`];
  const { file } = source;
  return [
    `# ${file} has to lie beside this file: npm pack makes it from where tunesmith lies.`,
    `COPY ${JSON.stringify([file, `${PACKAGE_PLACE}/`])}`,
    `RUN npm install --global ${quoted(`${PACKAGE_PLACE}/${file}`)} && npm cache clean --force`,
  ];
}

function modelLines(model: Deployment['model']): string[] {
  switch (model.kind) {
    case 'folder':
      return [`COPY --from=model --chown=node . ${MODEL_PLACE}`];
    case 'file':
      return [`COPY --from=model --chown=node ${JSON.stringify([basename(model.path), `${MODEL_PLACE}/`])}`];
    case 'name':
      // So that a container starts without the network; building it accepts the licence.
      return [`RUN tunesmith fetch ${quoted(model.name)} --accept-license`];
  }
}

/** As one word of a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
