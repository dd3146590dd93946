/** Logits of a whole text at once, by the graph that training uses. */
import { type Arena, compile, input, matmulT } from '../../src/graph/index.ts';
import { type Decoder, hiddenStates, outputHead, SharedPrefixAttention } from '../../src/model/index.ts';

/** @returns [T, V] row by row; the first `prefix` tokens are computed as a shared prefix */
export async function logitsOf(
  decoder: Decoder,
  arena: Arena,
  ids: readonly number[],
  prefix = 0,
): Promise<Float32Array> {
  const T = ids.length;
  const pattern = new SharedPrefixAttention(decoder.spec, { prefix, rows: 1, rowLength: T - prefix });
  const tokens = input('tokens', [T], 'i32');
  const positions = input('positions', [T], 'i32');
  const hidden = hiddenStates(decoder, { tokens, positions }, pattern);
  using executable = compile([matmulT(hidden, outputHead(decoder))], arena);
  const inputs = { ...pattern.inputs, tokens: Int32Array.from(ids), positions: pattern.positions };
  const [values] = await executable.run(inputs, [0]);
  return values as Float32Array;
}
