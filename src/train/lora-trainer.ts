/**
 * Trains an adapter batch by batch: graphs are compiled once per shape of batch and reused. Knows no files, no
 * schedule and no epochs.
 */
import { assert, Random } from '../core/index.ts';
import type { Batch } from '../data/index.ts';
import {
  type Arena,
  CompiledGraphs,
  compile,
  type Executable,
  type Tensor,
  variable,
} from '../graph/index.ts';
import { baseDecoder, type LoadedAdapter, type LoadedModel } from '../load/index.ts';
import { type Decoder, LoraBranches, linearShape } from '../model/index.ts';
import { batchInputs } from './batch-inputs.ts';
import { DropoutPool } from './dropout.ts';
import { type AdamwSettings, Optimizer } from './optimizer.ts';
import { type BatchShape, lossGraph, trainingOutputs } from './training-graph.ts';

interface Compiled {
  readonly executable: Executable;
  /** Rows of every input of dropout, by its key. */
  readonly dropped: ReadonlyMap<string, number>;
  readonly fixedInputs: Record<string, Float32Array>;
}

export class LoraTrainer implements Disposable {
  readonly optimizer: Optimizer;
  readonly #model: LoadedModel;
  readonly #adapter: LoadedAdapter;
  readonly #arena: Arena;
  readonly #dropout: DropoutPool | undefined;
  readonly #seed: number;
  readonly #compiled = new CompiledGraphs<Compiled>();
  #microBatches = 0;

  constructor(
    model: LoadedModel,
    adapter: LoadedAdapter,
    arena: Arena,
    { seed, ...settings }: AdamwSettings & { seed: number },
  ) {
    const { dropout: rate, modules } = adapter.lora;
    const widths = modules.map((module) => linearShape(model.spec, module)[1]);
    this.#model = model;
    this.#adapter = adapter;
    this.#arena = arena;
    this.#seed = seed;
    this.#dropout = rate > 0 ? new DropoutPool(model.device, { widths, rate, seed }) : undefined;
    this.optimizer = new Optimizer(adapter.flat, settings, arena);
  }

  /**
   * Adds a micro batch's gradient.
   * @param labelsOfStep labels of all micro batches until the next `optimizer.step`: the loss is the mean over them
   * @param seed decides what dropout drops
   * @returns this batch's share of the step's loss
   */
  async accumulate(batch: Batch, labelsOfStep: number, seed = this.#microBatches++): Promise<number> {
    const { shape, inputs } = batchInputs(batch, this.#model.spec.vocabSize, 1 / labelsOfStep);
    const { executable, fixedInputs, dropped } = this.#compile(shape, 'train');
    const masks = DropoutPool.draw(dropped, mixed(this.#seed, seed));
    const [loss] = await executable.run({ ...fixedInputs, ...inputs, ...masks }, [0]);
    return loss![0]!;
  }

  /**
   * Mean loss over a batch's labels; nothing changes.
   * @param labels that the sum of losses is divided by
   */
  async evaluate(batch: Batch, labels = batch.labelCount): Promise<number> {
    assert(batch.labelCount > 0, 'a batch without labels has no loss');
    const { shape, inputs } = batchInputs(batch, this.#model.spec.vocabSize, 1 / labels);
    const { executable, fixedInputs } = this.#compile(shape, 'evaluate');
    const [loss] = await executable.run({ ...fixedInputs, ...inputs }, [0]);
    return loss![0]!;
  }

  /** Places the graph of a batch, so that its memory is known before the first step. @returns bytes of the arena */
  reserve(batch: Batch): number {
    const { shape } = batchInputs(batch, this.#model.spec.vocabSize, 1);
    void this.#compile(shape, 'train').executable.nodes;
    return this.#arena.bytes;
  }

  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
    this.optimizer[Symbol.dispose]();
    this.#dropout?.[Symbol.dispose]();
  }

  #compile(shape: BatchShape, purpose: 'train' | 'evaluate'): Compiled {
    return this.#compiled.get(`${purpose} ${Object.values(shape).join()}`, () => this.#build(shape, purpose));
  }

  #build(shape: BatchShape, purpose: 'train' | 'evaluate'): Compiled {
    const drop = purpose === 'train' ? this.#dropout : undefined;
    const { lora, parameters, flat } = this.#adapter;
    const dropped = new Map<string, number>();
    const dropIn = (pool: DropoutPool) => (x: Tensor, key: string) => {
      dropped.set(key, x.shape[0]!);
      return pool.drop(x, key);
    };
    const branches = new LoraBranches(lora, parameters, variable(flat), drop && dropIn(drop));
    const decoder: Decoder = { ...baseDecoder(this.#model), adapter: branches };
    const graph = lossGraph(decoder, shape, purpose);
    const outputs: Tensor[] =
      purpose === 'train'
        ? trainingOutputs(graph, { parameters, tensors: branches.tensors }, variable(this.optimizer.gradient))
        : [graph.loss];
    return { executable: compile(outputs, this.#arena), fixedInputs: graph.fixedInputs, dropped };
  }
}

/** One seed out of two. */
function mixed(seed: number, more: number): number {
  return new Random(seed).bits() ^ Math.imul(more + 1, 0x9e3779b1);
}
