/** serve: a model and its adapters behind HTTP, as OpenAI's clients speak it. */
export { addKey } from './http/api-keys.ts';
export type { Supervised } from './replicas/supervise.ts';
export { serveModels } from './serve-models.ts';
export { createServedModels } from './served-models.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
