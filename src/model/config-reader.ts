/** Reads the keys of a config.json with their types checked, so that families need not. */
import { ModelError } from '../core/index.ts';
import type { HuggingFaceConfig, LayerSpec } from './spec.ts';

export class ConfigReader {
  readonly config: HuggingFaceConfig;

  constructor(config: HuggingFaceConfig) {
    this.config = config;
  }

  has(key: string): boolean {
    return this.config[key] !== undefined && this.config[key] !== null;
  }

  /** A positive number. @throws ModelError when absent without a default, or of another kind */
  number(key: string, fallback?: number): number {
    const value = this.config[key] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      throw new ModelError(
        `config.json: ${key} is ${JSON.stringify(value)}, not a positive number; fetch the model anew`,
      );
    }
    return value;
  }

  /** A size: a positive whole number of at most 2²⁴, far beyond any model's. */
  size(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (!Number.isInteger(value) || value > 2 ** 24) {
      throw new ModelError(`config.json: ${key} is ${value}, not a size; fetch the model anew`);
    }
    return value;
  }

  /** `num_hidden_layers`: at most 1,024, several times any model's; each costs memory before its weights are missed. */
  layerCount(): number {
    const count = this.size('num_hidden_layers');
    if (count > 1024) {
      throw new ModelError(
        `config.json: num_hidden_layers is ${count}, more than 1024; fetch the model anew`,
      );
    }
    return count;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.config[key] ?? fallback;
    if (typeof value !== 'boolean') {
      throw new ModelError(`config.json: ${key} is ${JSON.stringify(value)}, not true or false`);
    }
    return value;
  }

  object(key: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.config[key];
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  }

  /** Refuses a setting that would change the result and is not built. */
  refuse(key: string, isHarmless: (value: unknown) => boolean): void {
    if (this.has(key) && !isHarmless(this.config[key])) {
      throw new ModelError(
        `config.json: ${key} ${JSON.stringify(this.config[key])} is not supported yet; choose a model without it`,
      );
    }
  }
}

/**
 * The rotary settings of one kind of layer, in transformers 5's words (`rope_parameters`) or 4's
 * (`rope_theta`, `rope_scaling`).
 * @param parameters what `rope_parameters` says of this kind of layer, or `rope_scaling`
 */
export function readRope(
  parameters: Readonly<Record<string, unknown>> | undefined,
  { theta, headDim }: { theta: number; headDim: number },
): Pick<LayerSpec, 'rope' | 'ropeFactors'> {
  const reader = new ConfigReader(parameters ?? {});
  const base = reader.number('rope_theta', theta);
  const type = reader.config['rope_type'] ?? reader.config['type'] ?? 'default';
  switch (type) {
    case 'default':
      return { rope: { base, frequencyScale: 1 } };
    case 'linear':
      return { rope: { base, frequencyScale: 1 / reader.number('factor') } };
    case 'llama3':
      return { rope: { base, frequencyScale: 1 }, ropeFactors: llama3Factors(reader, base, headDim) };
    default:
      throw new ModelError(
        `config.json: rope type ${JSON.stringify(type)} is not supported yet (default, linear, llama3 are); ` +
          'choose a model without it',
      );
  }
}

/** Long wavelengths are slowed by `factor`, short ones kept, those between blended; as in Llama 3.1. */
function llama3Factors(reader: ConfigReader, base: number, headDim: number): Float32Array {
  const factor = reader.number('factor');
  const low = reader.number('low_freq_factor');
  const high = reader.number('high_freq_factor');
  const context = reader.number('original_max_position_embeddings');
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * base ** ((2 * i) / headDim);
    if (wavelength < context / high) return 1;
    if (wavelength > context / low) return factor;
    const smooth = (context / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
