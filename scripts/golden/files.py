"""Writes test/golden/files/: small files by the libraries that define the formats. Layout: README.md here."""

import gguf
import numpy as np
import torch
from safetensors.torch import save_file

from storage import GOLDEN

FOLDER = GOLDEN / "files"
SAFETENSORS_DTYPES = ("float32", "float16", "bfloat16", "float64", "int8", "int16", "int32", "int64")
BLOCKS = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K")
Type = gguf.GGUFValueType


def write_safetensors() -> None:
    tensors = {"Ω": torch.tensor(7.0), "empty": torch.zeros(0, 4), "10": torch.ones(1), "9": torch.ones(1)}
    for dtype in SAFETENSORS_DTYPES:
        tensors[f"matrix.{dtype}"] = torch.arange(6).reshape(2, 3).to(getattr(torch, dtype))
        tensors[f"a.{dtype}"] = torch.arange(2).to(getattr(torch, dtype))
    path = FOLDER / "all-dtypes.safetensors"
    save_file(tensors, path, {"format": "pt"})
    path.chmod(0o644)


def write_gguf() -> None:
    writer = gguf.GGUFWriter(FOLDER / "all-types.gguf", "llama")
    values = {
        "u8": (Type.UINT8, 200), "i8": (Type.INT8, -100), "u16": (Type.UINT16, 60000), "i16": (Type.INT16, -30000),
        "u32": (Type.UINT32, 4000000000), "i32": (Type.INT32, -2000000000), "f32": (Type.FLOAT32, 0.1),
        "f64": (Type.FLOAT64, 0.1), "u64": (Type.UINT64, 2**53 - 1), "i64": (Type.INT64, -(2**53) + 1),
        "bool": (Type.BOOL, True), "string": (Type.STRING, "中文 🎵 \n"),
    }  # fmt: skip
    for name, (value_type, value) in values.items():
        writer.add_key_value(f"value.{name}", value, value_type)
        writer.add_key_value(f"array.{name}", [value] * 3, Type.ARRAY, value_type)
    writer.add_custom_alignment(64)
    writer.add_tensor("plain.f32", np.arange(6, dtype=np.float32).reshape(2, 3))
    writer.add_tensor("plain.f16", np.arange(24, dtype=np.float16).reshape(2, 3, 4))
    writer.add_tensor("plain.i32", np.arange(4, dtype=np.int32))
    for name in BLOCKS:
        kind = gguf.GGMLQuantizationType[name]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = (np.arange(4 * size) % 251).astype(np.uint8).reshape(2, 2 * size)
        writer.add_tensor(f"blocks.{name}", blocks, raw_dtype=kind)
    bf16 = np.arange(6, dtype=np.float32).view(np.uint16)[1::2].copy().view(np.uint8).reshape(2, 6)
    writer.add_tensor("plain.bf16", bf16, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_safetensors()
    write_gguf()
