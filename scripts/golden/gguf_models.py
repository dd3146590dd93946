"""A GGUF file as a transformers model: dequantizes every tensor and undoes what llama.cpp's convert_hf_to_gguf does to
weights (llama: rows of q and k permuted; gemma: norms + 1). Knows the families llama, qwen3 and gemma3."""

import re

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, Qwen3Config

NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "ffn_norm": "post_attention_layernorm",
}
GEMMA_NAMES = {
    **NAMES,
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
GEMMA_LOCAL_BASE, GEMMA_PATTERN = 10000.0, 6  # llama.cpp's constants; older files have neither


def field(reader: GGUFReader, key: str, default=None):
    found = reader.fields.get(key)
    return default if found is None else found.contents()


def short(value: float) -> float:
    """1e-05 where the file has float32(1e-05)."""
    return float(str(np.float32(value)))


def tensor_values(tensor) -> np.ndarray:
    """Dequantized, shape outermost first."""
    shape = [int(n) for n in reversed(tensor.shape)]
    return dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape(shape)


def read_config(reader: GGUFReader):
    architecture = field(reader, "general.architecture")
    get = lambda key, default=None: field(reader, f"{architecture}.{key}", default)  # noqa: E731
    heads, hidden = get("attention.head_count"), get("embedding_length")
    rope = {"rope_type": "default", "rope_theta": short(get("rope.freq_base", 10000.0))}
    if get("rope.scaling.type") == "linear":
        rope.update(rope_type="linear", factor=short(get("rope.scaling.factor")))
    common = dict(
        vocab_size=len(field(reader, "tokenizer.ggml.tokens")),
        hidden_size=hidden,
        intermediate_size=get("feed_forward_length"),
        num_hidden_layers=get("block_count"),
        num_attention_heads=heads,
        num_key_value_heads=get("attention.head_count_kv", heads),
        head_dim=get("attention.key_length", hidden // heads),
        max_position_embeddings=get("context_length"),
        rms_norm_eps=short(get("attention.layer_norm_rms_epsilon")),
        bos_token_id=field(reader, "tokenizer.ggml.bos_token_id"),
        eos_token_id=field(reader, "tokenizer.ggml.eos_token_id"),
        pad_token_id=field(reader, "tokenizer.ggml.padding_token_id"),
        tie_word_embeddings=all(tensor.name != "output.weight" for tensor in reader.tensors),
    )
    if architecture == "gemma3":
        return Gemma3TextConfig(
            **common,
            sliding_window=get("attention.sliding_window"),
            sliding_window_pattern=GEMMA_PATTERN,
            query_pre_attn_scalar=common["head_dim"],
            rope_parameters={
                "sliding_attention": {"rope_type": "default", "rope_theta": short(get("rope.freq_base_swa", GEMMA_LOCAL_BASE))},
                "full_attention": rope,
            },
        )
    config_class = {"llama": LlamaConfig, "qwen3": Qwen3Config}[architecture]
    return config_class(**common, rope_parameters=rope)


def weight_name(name: str, gemma: bool) -> str:
    names = GEMMA_NAMES if gemma else NAMES
    block = re.fullmatch(r"blk\.(\d+)\.(.+)\.weight", name)
    if block:
        return f"model.layers.{block[1]}.{names[block[2]]}.weight"
    return f"{names[name.removesuffix('.weight')]}.weight"


def unpermute(values: np.ndarray, heads: int) -> np.ndarray:
    """From llama.cpp's rows (pairs of a rotation side by side) back to Hugging Face's (halves)."""
    return values.reshape(heads, -1, 2, values.shape[-1]).swapaxes(1, 2).reshape(values.shape)


def read_weights(reader: GGUFReader, config) -> dict[str, torch.Tensor]:
    gemma, llama = config.model_type == "gemma3_text", config.model_type == "llama"
    weights = {}
    for tensor in reader.tensors:
        if tensor.name == "rope_freqs.weight":
            continue
        values = tensor_values(tensor)
        if llama and tensor.name.endswith("attn_q.weight"):
            values = unpermute(values, config.num_attention_heads)
        if llama and tensor.name.endswith("attn_k.weight"):
            values = unpermute(values, config.num_key_value_heads)
        if gemma and tensor.name.endswith("norm.weight"):
            values = values - 1
        weights[weight_name(tensor.name, gemma)] = torch.from_numpy(np.ascontiguousarray(values))
    return weights


def load_gguf(path):
    """The model in float32, in evaluation mode."""
    reader = GGUFReader(path)
    config = read_config(reader)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    missing, unexpected = model.load_state_dict(read_weights(reader, config), strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    model.tie_weights()
    return model.eval()
