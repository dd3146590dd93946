/** A real server on loopback around the stub engine, with a real tokenizer and template. */
import { join } from 'node:path';
import type { GenerateRequest } from '../../src/infer/index.ts';
import {
  createServedModels,
  type RunningServer,
  type ServerOptions,
  startServer,
} from '../../src/serve/index.ts';
import { fitTokenizer, getTemplate, loadTokenizer, type Tokenizer } from '../../src/text/index.ts';
import { GOLDEN } from './golden.ts';
import { createStubEngine, type StubEngine, type StubOptions } from './stub-engine.ts';

export interface StubServer extends RunningServer {
  readonly engine: StubEngine;
  readonly tokenizer: Tokenizer;
  /** What the log said so far. */
  readonly lines: readonly string[];
}

export interface StubServerOptions extends Partial<ServerOptions>, Partial<Omit<StubOptions, 'say'>> {
  readonly template?: string;
  /** A folder of test/golden/models. */
  readonly model?: string;
  /** The text that is answered, marks included. */
  readonly answer?: string | ((request: GenerateRequest, prompt: string) => string);
}

export async function startStubServer(options: StubServerOptions = {}): Promise<StubServer> {
  const { template: name = 'chatml', answer = 'Hello there', model = 'llama', adapters = [] } = options;
  const plain = await loadTokenizer({ kind: 'folder', path: join(GOLDEN, 'models', model) });
  const template = getTemplate(name, plain);
  const tokenizer = fitTokenizer(plain, template);
  const say = (request: GenerateRequest) =>
    tokenizer.encode(typeof answer === 'string' ? answer : answer(request, tokenizer.decode(request.prompt)));
  const closing = new Set(['"', '}', ']', '"}', ']}'].flatMap((text) => tokenizer.encode(text)));
  const engine = createStubEngine({ ...options, say, closing });
  const models = createServedModels({
    engine,
    tokenizer,
    template,
    vocabSize: tokenizer.vocabSize,
    models: [
      ...adapters.map((adapter) => ({ name: adapter, adapter })),
      { name: 'tiny', adapter: undefined },
    ],
    defaults: {
      sampling: { doSample: true, temperature: 0.95, topK: 50, topP: 0.7, repetitionPenalty: 1, seed: 0 },
      maxNewTokens: 512,
      enableThinking: true,
    },
  });
  const lines: string[] = [];
  const server = await startServer(models, {
    host: '127.0.0.1',
    port: 0,
    keys: [],
    corsOrigins: [],
    maxQueue: 4096,
    requestTimeoutSeconds: 60,
    maxBodyBytes: 1 << 20,
    accessLog: true,
    version: '0.0.0',
    log: (line) => lines.push(line),
    ...options,
  });
  return { ...server, engine, tokenizer, lines };
}
