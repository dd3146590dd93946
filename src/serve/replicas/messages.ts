/** What the process that holds the port and those that hold a model each tell each other. */
import type { MetricObject } from 'prom-client';
import type { RunConfig } from '../../config/index.ts';
import type { KeyHash } from '../http/api-keys.ts';

/** To a replica: what to serve, and how. */
export interface Order {
  readonly config: RunConfig;
  readonly keys: readonly KeyHash[];
  readonly version: string;
}

export type ToReplica =
  | { readonly kind: 'order'; readonly order: Order }
  /** Comes with a connection, which is the replica's from now on. */
  | { readonly kind: 'connection' }
  /** Asks for the replica's figures. */
  | { readonly kind: 'figures'; readonly id: number }
  /** The figures of all, as text, to the one that asked. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string };

export type FromReplica =
  /** It listens for its order; what was sent before is lost. */
  | { readonly kind: 'listening' }
  | { readonly kind: 'ready'; readonly models: readonly string[] }
  /** It was told to end, and wants no more connections. */
  | { readonly kind: 'leaving' }
  /** It cannot serve, and says why; it ends then. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'figures'; readonly id: number; readonly figures: readonly MetricObject[] }
  | { readonly kind: 'metrics'; readonly id: number };
