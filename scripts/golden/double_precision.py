"""Transformers' models in true float64: their norms, rotary tables and softmax ask for float32 by name."""

from contextlib import contextmanager

import torch
from transformers import AutoModelForCausalLM


@contextmanager
def double_precision():
    """Inside, whoever asks torch for float32 gets float64."""
    saved = torch.float, torch.float32, torch.Tensor.float, torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    torch.float = torch.float32 = torch.float64
    torch.Tensor.float = torch.Tensor.double
    try:
        yield
    finally:
        torch.float, torch.float32, torch.Tensor.float = saved[:3]
        torch.set_default_dtype(saved[3])


def as_double(model):
    """A float64 copy of a float32 model; run it inside `double_precision()`."""
    with double_precision():
        copy = AutoModelForCausalLM.from_config(model.config, dtype=torch.float64)
        copy.load_state_dict({name: value.double() for name, value in model.state_dict().items()})
    wrong = [name for name, value in [*copy.named_parameters(), *copy.named_buffers()] if value.dtype != torch.float64]
    assert not wrong, f"not float64: {wrong}"
    return copy.eval()
