/** The sizes that every family's config.json names alike. */
import { ModelError } from '../../core/index.ts';
import type { ConfigReader } from '../config-reader.ts';
import type { DecoderSpec } from '../spec.ts';

type Sizes = Pick<
  DecoderSpec,
  | 'vocabSize'
  | 'hiddenSize'
  | 'intermediateSize'
  | 'headCount'
  | 'kvHeadCount'
  | 'headDim'
  | 'maxPositions'
  | 'rmsNormEpsilon'
>;

/** @param defaults what the family's configuration class assumes; head_dim is hidden_size / heads otherwise */
export function readSizes(reader: ConfigReader, defaults: { headDim?: number } = {}): Sizes {
  const hiddenSize = reader.size('hidden_size');
  const headCount = reader.size('num_attention_heads');
  const kvHeadCount = reader.size('num_key_value_heads', headCount);
  const headDim = reader.size('head_dim', defaults.headDim ?? hiddenSize / headCount);
  if (headCount % kvHeadCount !== 0 || headDim % 2 !== 0) {
    throw new ModelError(
      `config.json: ${headCount} heads over ${kvHeadCount} key/value heads of size ${headDim} do not fit; ` +
        'fetch the model anew',
    );
  }
  return {
    vocabSize: reader.size('vocab_size'),
    hiddenSize,
    intermediateSize: reader.size('intermediate_size'),
    headCount,
    kvHeadCount,
    headDim,
    maxPositions: reader.size('max_position_embeddings', 2048),
    rmsNormEpsilon: reader.number('rms_norm_eps', 1e-6),
  };
}
