/** What is written down for each platform, parsed again and held against the platform's own rules. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { composeFile } from './compose.ts';
import { apiWords, checkDeployment, type Deployment, memoryLimit } from './deployment.ts';
import { dockerfile } from './dockerfile.ts';
import { kubernetesManifest } from './kubernetes.ts';
import { vllmScript } from './vllm.ts';
import { writeDeployment } from './write-deployment.ts';

const DEPLOYMENT: Deployment = {
  name: 'tickets',
  image: 'registry.example/tickets:1',
  package: { kind: 'tarball', file: 'tunesmith-0.1.0.tgz' },
  model: { kind: 'folder', path: '/models/Qwen3 0.6B' },
  modelName: 'base',
  adapters: [{ path: '/runs/tickets', name: 'tuned', rank: 12 }],
  port: 8080,
  replicas: 3,
  cores: 2,
  memoryBytes: 1536 * 2 ** 20,
  requestSeconds: 60,
  settings: { max_num_seqs: 32, template: 'a$b' },
  reasons: ['measured: 1.2 GiB', 'Capacity: 3 instances'],
};
const WORDS = [
  'model_name_or_path=/srv/model',
  'adapter_name_or_path=/srv/adapter-0',
  'served_model_name=tuned,base',
  'host=0.0.0.0',
  'port=8080',
  'num_threads=2',
  'request_timeout=60',
  'max_num_seqs=32',
  'template=a$b',
];

const QUANTITY = z.string().regex(/^\d+(\.\d+)?(m|Mi|Gi)?$/);
const Labels = z.record(z.string().regex(/^[\w./-]+$/), z.string().max(63));
const Metadata = z.strictObject({ name: z.string().regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/), labels: Labels });
const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/'), port: z.literal('http') }),
  periodSeconds: z.int().positive(),
  timeoutSeconds: z.int().positive().optional(),
  failureThreshold: z.int().positive(),
});
const Resources = z.strictObject({ cpu: QUANTITY, memory: QUANTITY });
/** The parts of apps/v1 and v1 that are used, and no others: a misspelt field is refused, as a server would. */
const Workload = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata: Metadata,
  spec: z.strictObject({
    replicas: z.int().positive(),
    selector: z.strictObject({ matchLabels: Labels }),
    strategy: z.strictObject({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxUnavailable: z.int(), maxSurge: z.int() }),
    }),
    template: z.strictObject({
      metadata: z.strictObject({ labels: Labels }),
      spec: z.strictObject({
        terminationGracePeriodSeconds: z.int().positive(),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.int(),
          seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([
          z.strictObject({
            name: z.string(),
            image: z.string(),
            args: z.array(z.string()),
            env: z.array(
              z.strictObject({
                name: z.string(),
                valueFrom: z.strictObject({
                  secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }),
                }),
              }),
            ),
            ports: z.array(z.strictObject({ name: z.string().max(15), containerPort: z.int().max(65535) })),
            resources: z.strictObject({ requests: Resources, limits: Resources }),
            startupProbe: Probe,
            readinessProbe: Probe,
            livenessProbe: Probe,
            lifecycle: z.strictObject({
              preStop: z.strictObject({ exec: z.strictObject({ command: z.array(z.string()) }) }),
            }),
            securityContext: z.strictObject({
              allowPrivilegeEscalation: z.literal(false),
              capabilities: z.strictObject({ drop: z.array(z.string()) }),
            }),
          }),
        ]),
      }),
    }),
  }),
});
const Service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata: Metadata,
  spec: z.strictObject({
    selector: Labels,
    ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: z.literal('http') })),
  }),
});

const Size = z.strictObject({ cpus: z.string().regex(/^\d+(\.\d+)?$/), memory: z.string().regex(/^\d+$/) });
const Seconds = z.string().regex(/^\d+s$/);
const Ports = z.array(z.string().regex(/^\d+:\d+$/));
const Restart = z.enum(['no', 'always', 'on-failure', 'unless-stopped']);
/** The parts of the Compose Specification that are used, and no others. */
const Compose = z.strictObject({
  name: z.string().regex(/^[a-z\d][a-z\d_-]*$/),
  services: z.record(
    z.string().regex(/^[a-zA-Z0-9._-]+$/),
    z.strictObject({
      build: z
        .strictObject({
          context: z.string(),
          additional_contexts: z.record(z.string(), z.string()).optional(),
        })
        .optional(),
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      ports: Ports.optional(),
      healthcheck: z
        .strictObject({
          test: z.tuple([z.literal('CMD')], z.string()),
          interval: Seconds,
          timeout: Seconds,
          retries: z.int().positive(),
          start_period: Seconds,
        })
        .optional(),
      stop_grace_period: Seconds.optional(),
      restart: Restart,
      deploy: z
        .strictObject({
          replicas: z.int().positive(),
          resources: z.strictObject({ limits: Size, reservations: Size }),
        })
        .optional(),
      configs: z.array(z.strictObject({ source: z.string(), target: z.string().startsWith('/') })).optional(),
      depends_on: z
        .record(z.string(), z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) }))
        .optional(),
    }),
  ),
  configs: z.record(z.string(), z.strictObject({ content: z.string() })).optional(),
});

it('starts the server inside with its own places, and the settings as asked', () => {
  expect(apiWords(DEPLOYMENT)).toEqual(WORDS);
  const file = { ...DEPLOYMENT, model: { kind: 'file', path: '/models/m.gguf' }, adapters: [] } as const;
  expect(apiWords(file).slice(0, 2)).toEqual([
    'model_name_or_path=/srv/model/m.gguf',
    'served_model_name=base',
  ]);
});

it.each([
  [2 ** 30, 1280],
  [1, 64],
  [51.2 * 2 ** 20, 64],
  [51.3 * 2 ** 20, 128],
])('%d bytes at most need a limit of %d MiB', (bytes, mebibytes) => {
  expect(memoryLimit(bytes)).toBe(mebibytes * 2 ** 20);
});

describe('Kubernetes', () => {
  const text = kubernetesManifest(DEPLOYMENT);
  const documents = parseAllDocuments(text);
  const workload = Workload.parse(documents[0]!.toJS());
  const service = Service.parse(documents[1]!.toJS());

  it('has replicas, probes, resources and a key', () => {
    expect(documents).toHaveLength(2);
    expect(workload.spec.replicas).toBe(3);
    const { spec } = workload.spec.template;
    const [container] = spec.containers;
    expect(container).toMatchObject({
      image: DEPLOYMENT.image,
      args: WORDS,
      resources: {
        requests: { cpu: '2', memory: '1536Mi' },
        limits: { cpu: '2', memory: '1536Mi' },
      },
      readinessProbe: { httpGet: { path: '/ready' } },
      startupProbe: { httpGet: { path: '/ready' } },
      livenessProbe: { httpGet: { path: '/health' } },
      ports: [{ name: 'http', containerPort: 8080 }],
      env: [{ name: 'TUNESMITH_API_KEY', valueFrom: { secretKeyRef: { name: 'tickets-api-key' } } }],
    });
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(DEPLOYMENT.requestSeconds);
    expect(text).toContain('# Capacity: 3 instances\n');
    expect(text).toContain('kubectl create secret generic tickets-api-key');
  });

  it('sends the service to the pods', () => {
    expect(workload.spec.selector.matchLabels).toEqual(workload.spec.template.metadata.labels);
    expect(service.spec).toEqual({
      selector: workload.spec.template.metadata.labels,
      ports: [{ name: 'http', port: 8080, targetPort: 'http' }],
    });
  });
});

describe('Compose', () => {
  it.each([1, 3])('has only what the specification knows, with %d replicas', (replicas) => {
    const file = Compose.parse(parse(composeFile({ ...DEPLOYMENT, replicas })));
    for (const { depends_on, configs } of Object.values(file.services)) {
      for (const name of Object.keys(depends_on ?? {})) expect(file.services).toHaveProperty(name);
      for (const { source } of configs ?? []) expect(file.configs).toHaveProperty(source);
    }
  });

  it('runs the replicas behind a proxy on the port', () => {
    const file = parse(composeFile(DEPLOYMENT));
    const { tickets, proxy } = file.services;
    const size = { cpus: '2', memory: String(DEPLOYMENT.memoryBytes) };
    expect(tickets).toMatchObject({
      build: {
        context: '.',
        additional_contexts: { model: '/models/Qwen3 0.6B', 'adapter-0': '/runs/tickets' },
      },
      deploy: { replicas: 3, resources: { limits: size, reservations: size } },
      stop_grace_period: '70s',
    });
    // Compose reads $$ as one dollar.
    expect(tickets.command.map((word: string) => word.replaceAll('$$', '$'))).toEqual(WORDS);
    expect(tickets.healthcheck.test.join(' ')).toContain('http://127.0.0.1:8080/ready');
    expect(tickets.environment.TUNESMITH_API_KEY).toMatch(/^\$\{TUNESMITH_API_KEY:\?.+\}$/);
    expect(tickets).not.toHaveProperty('ports');
    expect(proxy).toMatchObject({
      ports: ['8080:8080'],
      depends_on: { tickets: { condition: 'service_healthy' } },
    });
    const { content } = file.configs[proxy.configs[0].source];
    expect(content).toContain('server tickets:8080;');
    expect(content).toContain('Host $$http_host;');
    expect(content.replaceAll('$$', '')).not.toContain('$');
  });

  it('needs no proxy before one', () => {
    const { services, configs } = parse(composeFile({ ...DEPLOYMENT, replicas: 1 }));
    expect(Object.keys(services)).toEqual(['tickets']);
    expect(services.tickets.ports).toEqual(['8080:8080']);
    expect(configs).toBeUndefined();
  });
});

it('builds an image that holds the model', () => {
  const text = dockerfile(DEPLOYMENT);
  expect(text.split('\n')[0]).toBe(
    "# docker build --build-context model='/models/Qwen3 0.6B' --build-context adapter-0=/runs/tickets -t registry.example/tickets:1 .",
  );
  expect(text).toMatch(/^FROM node:\d+-bookworm-slim$/m);
  expect(text).toContain('COPY --from=model --chown=node . /srv/model\n');
  expect(text).toContain('COPY --from=adapter-0 --chown=node . /srv/adapter-0\n');
  expect(text).toContain('ENTRYPOINT ["tunesmith", "api"]');
  expect(text).toContain(
    'COPY ["tunesmith-0.1.0.tgz","/srv/package/"]\nRUN npm install --global /srv/package/tunesmith-0.1.0.tgz &&',
  );
  const fetched = dockerfile({ ...DEPLOYMENT, package: { kind: 'spec', spec: '@team/tunesmith@^0.1' } });
  expect(fetched).toContain("RUN npm install --global '@team/tunesmith@^0.1' &&");
  expect(fetched).not.toContain('tgz');
  const named = dockerfile({ ...DEPLOYMENT, model: { kind: 'name', name: 'starter:x' }, adapters: [] });
  expect(named).toContain('RUN tunesmith fetch starter:x --accept-license\n');
  expect(named).not.toContain('--from=');
  const file = dockerfile({ ...DEPLOYMENT, model: { kind: 'file', path: '/models/a b.gguf' } });
  expect(file).toContain('--build-context model=/models');
  expect(file).toContain('COPY --from=model --chown=node ["a b.gguf","/srv/model/"]\n');
});

it('gives the same model and adapters to vLLM, under the same names', () => {
  expect(vllmScript(DEPLOYMENT)).toContain(`exec vllm serve '/models/Qwen3 0.6B' \\
  --host 0.0.0.0 --port 8080 \\
  --served-model-name base \\
  --api-key "$TUNESMITH_API_KEY" \\
  --max-num-seqs 32 \\
  --enable-lora --max-lora-rank 16 --max-loras 1 \\
  --lora-modules tuned=/runs/tickets
`);
  const plain = { ...DEPLOYMENT, adapters: [], model: { kind: 'name', name: 'Qwen/Qwen3-0.6B' } } as const;
  expect(vllmScript(plain)).toContain('exec vllm serve Qwen/Qwen3-0.6B \\\n');
  expect(vllmScript(plain)).not.toContain('lora');
  expect(vllmScript({ ...plain, model: { kind: 'name', name: 'starter:x' } })).toBeUndefined();
  expect(vllmScript({ ...plain, model: { kind: 'file', path: '/m.gguf' } })).toBeUndefined();
});

it('writes all files, the script to be run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  try {
    const files = writeDeployment(DEPLOYMENT, join(folder, 'out'));
    expect(files.map((file) => file.slice(folder.length + 5))).toEqual([
      'Dockerfile',
      'compose.yaml',
      'kubernetes.yaml',
      'vllm.sh',
    ]);
    expect(statSync(files[3]!).mode & 0o111).toBe(0o111);
    expect(readFileSync(files[2]!, 'utf8')).toBe(kubernetesManifest(DEPLOYMENT));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.each([
  [{ name: 'Tickets_1' }, '"Tickets_1" is no name of a service'],
  [{ name: 'a'.repeat(41) }, 'is no name of a service'],
  [{ replicas: 0 }, '0 replicas of 2 cores'],
  [{ cores: Number.NaN }, 'are no deployment'],
])('refuses %j', (wrong, reason) => {
  expect(() => checkDeployment({ ...DEPLOYMENT, ...wrong })).toThrow(reason);
});
