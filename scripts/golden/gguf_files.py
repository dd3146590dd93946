"""Writes test/golden/gguf/: a file with every tensor type and metadata type, and tiny models laid out as llama.cpp's
convert_hf_to_gguf lays them out, with the logits that transformers computes from their dequantized weights."""

import json

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, Qwen3Config
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from gguf_models import GEMMA_NAMES, GEMMA_PATTERN, NAMES, load_gguf, read_weights
from k_quants import quantize_q4_k, quantize_q6_k
from storage import GOLDEN, Line, relative_difference, write_json, write_tensors
from tiny import COMMON, build_model, build_tokenizer, chat_ids

FOLDER = GOLDEN / "gguf"
LAST_POSITIONS = 8
SMALL = {**COMMON, "hidden_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1, "rms_norm_eps": 1e-3}
PLAIN = {"rope_type": "default", "rope_theta": 10000.0}
LLAMA_3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
           "original_max_position_embeddings": 128}  # fmt: skip

# file name -> configuration, and the type of each matrix ("" is the rest; vectors are always F32)
MODELS = {
    "llama-f32": (
        LlamaConfig(**SMALL, intermediate_size=64, num_hidden_layers=1, rope_parameters=LLAMA_3, tie_word_embeddings=False),
        {"": Type.F32},
    ),
    "qwen3-f16": (
        Qwen3Config(**SMALL, head_dim=32, intermediate_size=64, num_hidden_layers=1, rope_parameters={**PLAIN, "rope_theta": 1e6},
                    tie_word_embeddings=True),
        {"attn_q": Type.BF16, "ffn_up": Type.BF16, "": Type.F16},
    ),
    "gemma3-q8_0": (
        Gemma3TextConfig(**SMALL, head_dim=32, query_pre_attn_scalar=32, intermediate_size=32, num_hidden_layers=6, sliding_window=16,
                         sliding_window_pattern=GEMMA_PATTERN, tie_word_embeddings=True, rope_parameters={
                             "sliding_attention": PLAIN,
                             "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6}}),
        {"": Type.Q8_0},
    ),
    "llama-q4_k": (
        LlamaConfig(**{**SMALL, "hidden_size": 256, "head_dim": 32}, intermediate_size=256, num_hidden_layers=1, rope_parameters=PLAIN,
                    tie_word_embeddings=True),
        {"attn_v": Type.Q6_K, "attn_output": Type.Q5_0, "ffn_up": Type.Q4_1, "ffn_down": Type.Q6_K,
         "attn_k": Type.Q4_0, "": Type.Q4_K},
    ),
}  # fmt: skip
FILE_TYPES = {
    "llama-f32": gguf.LlamaFileType.ALL_F32,
    "qwen3-f16": gguf.LlamaFileType.MOSTLY_F16,
    "gemma3-q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "llama-q4_k": gguf.LlamaFileType.MOSTLY_Q4_K_M,
}


def add_parameters(writer: gguf.GGUFWriter, config, name: str) -> None:
    writer.add_type("model")
    writer.add_name(f"Tiny {name}")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_file_type(FILE_TYPES[name])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    rope = config.rope_parameters.get("full_attention", config.rope_parameters)
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if config.model_type == "llama":
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(config.head_dim)
    if config.model_type == "gemma3_text":
        writer.add_rope_freq_base_swa(config.rope_parameters["sliding_attention"]["rope_theta"])
        writer.add_sliding_window(config.sliding_window)


def add_tokenizer(writer: gguf.GGUFWriter) -> None:
    tokenizer = build_tokenizer()
    document = json.loads(tokenizer.backend_tokenizer.to_str())
    added = {token["content"]: token for token in document["added_tokens"]}
    tokens = [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]
    kinds = [gguf.TokenType.NORMAL if token not in added else
             gguf.TokenType.CONTROL if added[token]["special"] else gguf.TokenType.USER_DEFINED for token in tokens]  # fmt: skip
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(merge) for merge in document["model"]["merges"]])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_chat_template(tokenizer.chat_template)


def file_name_of(name: str, gemma: bool) -> str:
    """model.layers.0.self_attn.q_proj.weight -> blk.0.attn_q.weight"""
    stem = name.removesuffix(".weight")
    block = ""
    if stem.startswith("model.layers."):
        _, _, index, stem = stem.split(".", 3)
        block = f"blk.{index}."
    names = {theirs: ours for ours, theirs in (GEMMA_NAMES if gemma else NAMES).items()}
    return f"{block}{names[stem]}.weight"


def permute(values: np.ndarray, heads: int) -> np.ndarray:
    """Hugging Face's halves of a rotation -> llama.cpp's pairs, row by row."""
    return values.reshape(heads, 2, -1, values.shape[-1]).swapaxes(1, 2).reshape(values.shape)


def pack(values: np.ndarray, kind: Type) -> np.ndarray:
    special = {Type.Q4_K: quantize_q4_k, Type.Q6_K: quantize_q6_k}
    return special[kind](values) if kind in special else quantize(values, kind)


def rope_divisors(config) -> np.ndarray:
    """rope_freqs.weight: what each frequency is divided by, [head_dim / 2]."""
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    plain = config.rope_parameters["rope_theta"] ** (-torch.arange(0, config.head_dim, 2) / config.head_dim)
    return (plain / scaled).numpy().astype(np.float32)


def write_model(name: str, config, types: dict[str, Type]) -> None:
    model = build_model(config, seed=len(name))
    gemma, llama = config.model_type == "gemma3_text", config.model_type == "llama"
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", "gemma3" if gemma else config.model_type)
    add_parameters(writer, config, name)
    add_tokenizer(writer)
    if config.rope_parameters.get("rope_type") == "llama3":
        writer.add_tensor("rope_freqs.weight", rope_divisors(config))
    for weight_name, weight in model.state_dict().items():
        if weight_name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        target, values = file_name_of(weight_name, gemma), weight.numpy()
        if llama and "attn_q." in target:
            values = permute(values, config.num_attention_heads)
        if llama and "attn_k." in target:
            values = permute(values, config.num_key_value_heads)
        if gemma and weight_name.endswith("norm.weight"):
            values = values + 1
        kind = Type.F32 if values.ndim == 1 else types.get(target.split(".")[-2], types[""])
        writer.add_tensor(target, pack(values, kind), raw_dtype=kind)
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@torch.no_grad()
def expected_logits(name: str, config, ids: list[int]) -> tuple[torch.Tensor, float]:
    """Logits of the dequantized weights, and how far quantization moved them from the original model's."""
    path, given = FOLDER / f"{name}.gguf", torch.tensor([ids])
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.load_state_dict(read_weights(gguf.GGUFReader(path), config), strict=False)
    model.tie_weights()
    logits = model.eval()(given).logits[0]
    if config.rope_parameters.get("rope_type") != "llama3":  # which the file tells by rope_freqs only
        assert relative_difference(load_gguf(path)(given).logits[0], logits) == 0, f"{name}: the file's own configuration differs"
    return logits, relative_difference(logits, build_model(config, seed=len(name))(given).logits[0])


VALUES = {  # key -> (writer's method, value)
    "test.uint8": ("add_uint8", 200),
    "test.int8": ("add_int8", -100),
    "test.uint16": ("add_uint16", 60000),
    "test.int16": ("add_int16", -30000),
    "test.uint32": ("add_uint32", 4000000000),
    "test.int32": ("add_int32", -2000000000),
    "test.uint64": ("add_uint64", 2**53 - 1),
    "test.int64": ("add_int64", -(2**40)),
    "test.float32": ("add_float32", 0.5),
    "test.float64": ("add_float64", 0.1),
    "test.bool": ("add_bool", True),
    "test.string": ("add_string", "a\n词 ✓"),
    "test.array.int32": ("add_array", [1, -2, 3]),
    "test.array.float32": ("add_array", [0.5, -0.25]),
    "test.array.string": ("add_array", ["a", "", "词"]),
    "test.array.bool": ("add_array", [True, False]),
}
BLOCKS = [Type.Q8_0, Type.Q5_0, Type.Q5_1, Type.Q4_0, Type.Q4_1, Type.Q4_K, Type.Q5_K, Type.Q6_K]
TWO_SCALES = {Type.Q4_1, Type.Q5_1, Type.Q4_K, Type.Q5_K}  # scale and minimum, both float16, in front


def random_blocks(kind: Type, rows: int, columns: int, generator) -> np.ndarray:
    """Any bits but for the scales, which are finite. [rows, bytes]"""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    data = generator.integers(0, 256, (rows * columns // block, size), dtype=np.uint8)
    scales = generator.normal(0, 0.02, (len(data), 2)).astype(np.float16).view(np.uint8)
    if kind == Type.Q6_K:
        data[:, -2:] = scales[:, :2]
    else:
        count = 4 if kind in TWO_SCALES else 2
        data[:, :count] = scales[:, :count]
    return data.reshape(rows, -1)


def write_types() -> dict[str, torch.Tensor]:
    generator = np.random.default_rng(3)
    writer = gguf.GGUFWriter(FOLDER / "types.gguf", "test")
    for key, (method, value) in VALUES.items():
        getattr(writer, method)(key, value)
    expected = {}
    for kind in BLOCKS:
        data = random_blocks(kind, 3, 256, generator)
        writer.add_tensor(kind.name.lower(), data, raw_dtype=kind)
        expected[kind.name.lower()] = dequantize(data, kind).reshape(3, 256)
    plain = generator.normal(0, 1, (2, 3, 16)).astype(np.float32)
    plain[0, 0, :6] = [0.0, -0.0, 6.0e-8, -6.0e-5, 65504.0, 1.0 / 3]
    for kind in (Type.F32, Type.F16, Type.BF16):
        data = quantize(plain, kind)
        writer.add_tensor(kind.name.lower(), data, raw_dtype=kind)
        expected[kind.name.lower()] = dequantize(data, kind).reshape(plain.shape)
    finish(writer)
    write_json(FOLDER / "types.json", {"metadata": {key: Line(value) for key, (_, value) in VALUES.items()}})
    return {name: torch.from_numpy(values.astype(np.float32)) for name, values in expected.items()}


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_tensors(FOLDER / "types.safetensors", write_types())
    ids = chat_ids(build_tokenizer())
    document, tensors = {"ids": Line(ids), "logits_from": len(ids) - LAST_POSITIONS, "models": {}}, {}
    for name, (config, types) in MODELS.items():
        write_model(name, config, types)
        logits, moved = expected_logits(name, config, ids)
        tensors[f"{name}.logits"] = logits[-LAST_POSITIONS:]
        used = {tensor.tensor_type.name for tensor in gguf.GGUFReader(FOLDER / f"{name}.gguf").tensors}
        document["models"][name] = Line({"types": sorted(used), "moved_by_quantization": moved})
    write_json(FOLDER / "models.json", document)
    write_tensors(FOLDER / "models.safetensors", tensors)
    for file in sorted(FOLDER.iterdir()):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main()
