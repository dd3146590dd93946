/**
 * Docker Compose: the service, and where it has several replicas nginx before them, which gives each request to the
 * replica that has the fewest.
 */
import { stringify } from 'yaml';
import { apiWords, buildContexts, type Deployment } from './deployment.ts';
import { probe } from './probe.ts';

/** A start takes as long as reading the model does. */
const START_PERIOD = '120s';
const KEY = 'TUNESMITH_API_KEY';
const PROXY = 'nginx:1.28-alpine';

export function composeFile(deployment: Deployment): string {
  const { name, image, port, replicas, cores, memoryBytes, requestSeconds, reasons } = deployment;
  const size = { cpus: String(cores), memory: String(memoryBytes) };
  const contexts = buildContexts(deployment);
  const isMany = replicas > 1;
  const published = [`${port}:${port}`];
  const service = {
    build: { context: '.', ...(Object.keys(contexts).length > 0 && { additional_contexts: contexts }) },
    image,
    // A dollar would be taken for a variable.
    command: apiWords(deployment).map((word) => word.replaceAll('$', '$$$$')),
    environment: { [KEY]: `\${${KEY}:?set it to the key that clients send}` },
    ...(!isMany && { ports: published }),
    healthcheck: {
      test: ['CMD', ...probe(`http://127.0.0.1:${port}/ready`)],
      interval: '5s',
      timeout: '5s',
      retries: 3,
      start_period: START_PERIOD,
    },
    stop_grace_period: `${requestSeconds + 10}s`,
    restart: 'unless-stopped',
    deploy: { replicas, resources: { limits: size, reservations: size } },
  };
  const proxy = {
    image: PROXY,
    ports: published,
    configs: [{ source: 'proxy', target: '/etc/nginx/conf.d/default.conf' }],
    depends_on: { [name]: { condition: 'service_healthy' } },
    restart: 'unless-stopped',
  };
  const file = {
    name,
    services: { [name]: service, ...(isMany && { proxy }) },
    ...(isMany && { configs: { proxy: { content: proxyConfig(deployment) } } }),
  };
  return commentLines(reasons) + stringify(file, { lineWidth: 0 });
}

/** nginx asks Docker's name server once, at its start, and finds all replicas under one name. */
function proxyConfig({ name, port, requestSeconds }: Deployment): string {
  const lines = [
    `upstream ${name} {`,
    '  least_conn;',
    `  server ${name}:${port};`,
    '  keepalive 256;',
    '}',
    'server {',
    `  listen ${port};`,
    '  client_max_body_size 0;',
    '  location / {',
    `    proxy_pass http://${name};`,
    '    proxy_http_version 1.1;',
    '    proxy_set_header Connection "";',
    '    proxy_set_header Host $http_host;',
    '    proxy_buffering off;',
    `    proxy_read_timeout ${requestSeconds}s;`,
    '    proxy_next_upstream error timeout non_idempotent http_429 http_503;',
    '  }',
    '}',
  ];
  // Compose takes a single dollar for a variable.
  return `${lines.join('\n').replaceAll('$', '$$$$')}\n`;
}

/** As the first lines of a file whose comments begin with #. */
export function commentLines(lines: readonly string[]): string {
  return lines.map((line) => `# ${line}\n`).join('');
}
