"""Where the golden files lie and how they are written: small, stable from run to run, shapes outermost first."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "golden"


class Line:
    """A part of a JSON document that is written on one line."""

    def __init__(self, value):
        self.value = value


def number(value: float) -> float:
    """A float64 that is kept as float32, with the shortest digits that give it back."""
    return float(str(np.float32(value)))


def numbers(tensor: torch.Tensor) -> list:
    """The tensor's values, row-major: integers as they are, floats rounded to float32."""
    flat = tensor.detach().contiguous().flatten()
    return [number(v) if tensor.is_floating_point() else int(v) for v in flat.tolist()]


def write_json(path: Path, document: dict) -> None:
    """Two levels of the document are laid out line by line; what is marked `Line`, or lies deeper, is one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []

    def mark(value):
        if isinstance(value, Line):
            lines.append(value)
            return f"@line{len(lines) - 1}@"
        if isinstance(value, dict):
            return {key: mark(item) for key, item in value.items()}
        if isinstance(value, list):
            return [mark(item) for item in value]
        return value

    text = json.dumps(mark(document), indent=1, ensure_ascii=False)
    for index, line in enumerate(lines):
        text = text.replace(f'"@line{index}@"', json.dumps(line.value, ensure_ascii=False, separators=(",", ":")))
    path.write_text(text + "\n", encoding="utf-8")


def write_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """A safetensors file; floats as float32."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.detach().to(torch.float32).contiguous().clone() for k, v in tensors.items()}, path)
    path.chmod(0o644)


def relative_difference(value: torch.Tensor, reference: torch.Tensor) -> float:
    """|value - reference| / |reference| in the Euclidean norm."""
    value, reference = value.detach().double(), reference.detach().double()
    return ((value - reference).norm() / reference.norm()).item()
