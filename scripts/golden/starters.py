"""Writes test/golden/starters/: what PyTorch computes with the two real starter models.

    starters.py SMOLLM2.gguf GEMMA3.gguf IDENTITY.json [FOLDER_FOR_SMOLLM2_IN_BF16]

IDENTITY.json is LLaMA-Factory's demo data set. The folder, where given, becomes a Hugging Face model of SmolLM2 whose
weights are rounded to bfloat16, as the ten-step trajectories use it; then all ten steps of identity_80 are run and printed."""

import copy
import json
import sys

import numpy as np
import torch
from gguf import GGUFReader
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from double_precision import as_double, double_precision
from gguf_models import load_gguf
from starter_tokenizers import Scored, byte_level
from storage import GOLDEN, Line, number, numbers, relative_difference, write_json
from training import IGNORED, TARGETS, start_adapter, step_loss

FOLDER = GOLDEN / "starters"
POSITIONS = [0, 1, 15, 31, 47, 63]
LARGEST, SAMPLES = 50, 512
SMOL_TEXT = (
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nWhat is the capital of France, and how many "
    "people lived there in 2019?<|im_end|>\n<|im_start|>assistant\nThe capital of France is Paris. In 2019 about 2,165,423 people "
    "lived there, 你好!<|im_end|>\n"
)
GEMMA_TEXT = (
    "The capital of France is Paris. 判断类型:词汇阅读是关键 08年考研暑期英语复习全指南\n教育\n判断类型:中国人民公安大学2012年硕士研究生目录及书目\n"
    "教育\nIn the morning the sun was shining,  and there was nothing that they could not do."
)
# identity_80: 4 rows x 2 micro batches a step, r 8, alpha 16, linear schedule from 5e-4 without warm-up, clipped at 0.5.
LORA, START = {"r": 8, "lora_alpha": 16}, {"lora_A": 0.03, "lora_B": 0.002}
ROWS_PER_BATCH, BATCHES, CUTOFF, PAD = 4, 2, 256, 2
LEARNING_RATE, MAX_STEPS, MAX_GRAD_NORM = 5e-4, 10, 0.5


@torch.no_grad()
def write_logits(name: str, model, ids: list[int], text: str, check: str) -> None:
    """The largest logits and a seeded sample of all, at a few positions."""
    ids = ids[: POSITIONS[-1] + 1]
    assert len(ids) == POSITIONS[-1] + 1, len(ids)
    vocabulary = model.config.vocab_size
    sample = torch.randint(0, vocabulary, (SAMPLES,), generator=torch.Generator().manual_seed(5)).sort().values
    logits = model(torch.tensor([ids])).logits[0][POSITIONS]
    double = as_double(model)
    with double_precision():
        difference = relative_difference(logits, double(torch.tensor([ids])).logits[0][POSITIONS])
    positions = []
    for position, row in zip(POSITIONS, logits, strict=True):
        top = row.topk(LARGEST)
        positions.append(
            Line(
                {
                    "position": position,
                    "norm": number(row.norm().item()),
                    "largest_ids": top.indices.tolist(),
                    "largest": numbers(top.values),
                    "sampled": numbers(row[sample]),
                }
            )
        )
    document = {
        "text": text,
        "ids": Line(ids),
        "greedy_check": check,
        "relative_difference_from_float64": difference,
        "sampled_ids": Line(sample.tolist()),
        "positions": positions,
    }
    write_json(FOLDER / f"{name}.json", document)
    print(name, difference, check)


@torch.no_grad()
def continue_text(model, ids: list[int]) -> list[int]:
    given = torch.tensor([ids])
    return model.generate(given, attention_mask=torch.ones_like(given), max_new_tokens=8, do_sample=False)[0].tolist()


def encode_identity(tokenizer, file: str) -> list[dict]:
    """The first 80 rows in LLaMA-Factory's chatml; none is as long as cutoff_len."""
    rows = []
    with open(file, encoding="utf-8") as handle:
        samples = json.load(handle)[: ROWS_PER_BATCH * BATCHES * MAX_STEPS]
    for sample in samples:
        question = "\n".join(part for part in (sample["instruction"], sample["input"]) if part)
        source = tokenizer.encode(f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n").ids
        target = tokenizer.encode(f"{sample['output']}<|im_end|>\n").ids
        assert len(source) + len(target) < CUTOFF
        rows.append({"ids": source + target, "labels": [IGNORED] * len(source) + target})
    return rows


def accumulate(model, rows: list[dict]) -> float:
    """Adds the gradients of one step's rows; returns its loss."""
    count = sum(label != IGNORED for row in rows for label in row["labels"])
    parts = [rows[i : i + ROWS_PER_BATCH] for i in range(0, len(rows), ROWS_PER_BATCH)]
    loss = 0.0
    for part in parts:
        micro = step_loss(model, part, count, PAD)
        micro.backward()
        loss += micro.item()
    return loss


def first_gradients(base, rows: list[dict]) -> tuple[float, dict[str, torch.Tensor]]:
    model = get_peft_model(base, LoraConfig(**LORA, target_modules=TARGETS)).train()
    adapter = start_adapter(model, START)
    loss = accumulate(model, rows)
    return loss, {name.replace(".default", ""): p.grad for name, p in adapter.items()}


def write_gradients(base, rows: list[dict]) -> None:
    """Of each adapter tensor's gradient: its norm, two projections of all its values, and eight values."""
    double = as_double(base)
    with double_precision():
        loss, gradients = first_gradients(double, rows)
    single_loss, single = first_gradients(copy.deepcopy(base), rows)
    norm = sum(g.pow(2).sum().item() for g in gradients.values()) ** 0.5
    generator = np.random.default_rng(8)
    tensors = {}
    for name, gradient in gradients.items():
        flat = gradient.flatten()
        angle = 1.7 * torch.arange(flat.numel(), dtype=torch.float64)
        picked = sorted(generator.choice(flat.numel(), 8, replace=False).tolist())
        tensors[name] = Line(
            {
                "norm": number(flat.norm().item()),
                "sine": number((flat * angle.sin()).sum().item()),
                "cosine": number((flat * angle.cos()).sum().item()),
                "at": picked,
                "values": numbers(flat[picked]),
            }
        )
    document = {
        "lora": LORA,
        "start": START,
        "micro_batches": BATCHES,
        "rows": [Line(row) for row in rows],
        "loss": loss,
        "grad_norm": norm,
        "float32_loss": single_loss,
        "largest_relative_difference_of_float32_gradients": max(relative_difference(single[n], g) for n, g in gradients.items()),
        "gradients": tensors,
    }
    write_json(FOLDER / "smollm2-gradients.json", document)
    print("gradients", loss, norm, document["largest_relative_difference_of_float32_gradients"])


def run_trajectory(base, rows: list[dict]) -> None:
    """Prints the ten steps of identity_80 in float32, to be laid beside LLaMA-Factory's."""
    model = get_peft_model(base, LoraConfig(**LORA, target_modules=TARGETS)).train()
    parameters = list(start_adapter(model, START).values())
    optimizer = torch.optim.AdamW(parameters, weight_decay=0.01)
    for step in range(MAX_STEPS):
        optimizer.zero_grad()
        size = ROWS_PER_BATCH * BATCHES
        loss = accumulate(model, rows[step * size : (step + 1) * size])
        norm = torch.nn.utils.clip_grad_norm_(parameters, MAX_GRAD_NORM).item()
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * (1 - step / MAX_STEPS)
        optimizer.step()
        print(json.dumps({"step": step + 1, "loss": loss, "grad_norm": norm}))


def main(smol_file: str, gemma_file: str, identity: str, bf16_folder: str | None = None) -> None:
    torch.set_num_threads(2)
    smol, tokenizer = load_gguf(smol_file), byte_level(GGUFReader(smol_file))
    answer = continue_text(smol, tokenizer.encode("The capital of France is").ids)
    write_logits("smollm2", smol, tokenizer.encode(SMOL_TEXT).ids, SMOL_TEXT, tokenizer.decode(answer))
    with torch.no_grad():
        for parameter in smol.parameters():
            parameter.copy_(parameter.to(torch.bfloat16))
    rows = encode_identity(tokenizer, identity)
    write_gradients(smol, rows[: ROWS_PER_BATCH * BATCHES])
    if bf16_folder:
        smol.to(torch.bfloat16).save_pretrained(bf16_folder)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", bos_token="<|im_start|>",
                                pad_token="<|im_end|>", unk_token="<|endoftext|>").save_pretrained(bf16_folder)  # fmt: skip
        run_trajectory(AutoModelForCausalLM.from_pretrained(bf16_folder, dtype=torch.float32), rows)
    del smol
    gemma, scored = load_gguf(gemma_file), Scored(GGUFReader(gemma_file))
    answer = continue_text(gemma, [2, *scored.encode("The capital of France is")])
    text = "".join(scored.tokens[id] for id in answer).replace("▁", " ")
    write_logits("gemma3", gemma, [2, *scored.encode(GEMMA_TEXT)], GEMMA_TEXT, text)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
