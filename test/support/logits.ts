/** Logits of a whole text at once, by the graph that training uses. */
import { type Arena, compile, input, linear } from '../../src/graph/index.ts';
import {
  type Decoder,
  hiddenStates,
  outputHead,
  rowInputs,
  SharedPrefixAttention,
} from '../../src/model/index.ts';

/** @returns [T, V] row by row; the first `prefix` tokens are computed as a shared prefix */
export async function logitsOf(
  decoder: Decoder,
  arena: Arena,
  ids: readonly number[],
  prefix = 0,
): Promise<Float32Array> {
  const T = ids.length;
  const shape = { prefix, rows: 1, longest: T - prefix, tokens: T };
  const pattern = new SharedPrefixAttention(decoder.spec, shape);
  const { positions } = pattern;
  const hidden = hiddenStates(decoder, { tokens: input('tokens', [T], 'i32'), positions }, pattern);
  using executable = compile([linear(hidden, outputHead(decoder))], arena);
  const places = rowInputs(shape, [T - prefix]);
  const inputs = { ...pattern.masks, ...places, tokens: Int32Array.from(ids) };
  const [values] = await executable.run(inputs, [0]);
  return values as Float32Array;
}
