/** What the endpoints share: Node's own request and answer, the call that they serve, and the server around them. */
import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Metrics } from '../metrics.ts';
import type { ServedModels } from '../served-models.ts';
import type { Call } from './call.ts';
import type { Gate } from './gate.ts';

export interface AppEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly call: Call };
}

export type App = OpenAPIHono<AppEnv>;

export interface AppContext {
  readonly models: ServedModels;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
  readonly requestTimeoutSeconds: number;
}
