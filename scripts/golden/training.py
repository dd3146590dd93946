"""Writes test/golden/training/<family>.json and .safetensors: ten LoRA steps of each tiny model, done as the trainer of
transformers does them: PEFT's LoRA, labels shifted, -100 ignored, the loss of a step the mean over all labelled tokens of
its micro batches, the gradient norm taken before clipping, AdamW, cosine schedule with warm-up. Computed in float64."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, get_cosine_schedule_with_warmup

from double_precision import as_double, double_precision
from storage import GOLDEN, Line, write_json, write_tensors

FAMILIES = ["llama", "qwen3", "gemma3_text"]
LORA = {"r": 4, "lora_alpha": 8}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
START = {"lora_A": 0.1, "lora_B": 0.05}  # s of the sine rule
SETTINGS = {"learning_rate": 1e-3, "weight_decay": 0.01, "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8,
            "lr_scheduler_type": "cosine", "warmup_steps": 2, "max_steps": 10}  # fmt: skip
IGNORED = -100
STORED = torch.float32  # taken here, because inside double_precision() the name means float64

SYSTEM = "You sort tickets. Answer with one word."
PAIRS = [
    ("Where is my refund?", "money"),
    ("The app shows nothing but a white page.", "bug"),
    ("I was charged two times for order 4711", "money"),
    ("How do I change the language?", "question"),
    ("你好,你是谁?", "question"),
    ("It crashes", "bug"),
    ("Do you ship to France, and how long will it take to get there?", "shipping"),
    ("The parcel has not come.", "shipping and then some more"),
]
OTHERS = [("What is the capital of France?", "Paris"), ("Tell me a story", "In the morning the sun was shining.")]
# Per step its micro batches, each a list of rows. Rows 8 and 9 share little with the others; lengths and label counts differ.
STEPS = [
    [[0, 1, 2], [3, 4, 5]], [[6, 7, 0], [8, 9]], [[1, 4], [2, 7, 5]], [[9, 3], [6]], [[0, 2, 3, 5], [1, 7]],
    [[8], [4, 6]], [[5, 5], [7, 2]], [[9, 8], [0, 1, 3]], [[6, 4, 2], [7]], [[3, 5, 1], [0, 8]],
]  # fmt: skip


def encode(tokenizer: PreTrainedTokenizerFast) -> list[dict]:
    """Rows of ids and labels, in ChatML; the answer and its end mark carry labels."""
    rows = []
    for index, (question, answer) in enumerate(PAIRS + OTHERS):
        system = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n" if index < len(PAIRS) else ""
        source = f"{system}<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
        source_ids, target_ids = (tokenizer(t, add_special_tokens=False)["input_ids"] for t in (source, f"{answer}<|im_end|>\n"))
        rows.append({"ids": source_ids + target_ids, "labels": [IGNORED] * len(source_ids) + target_ids})
    return rows


def start_adapter(model, scales: dict[str, float] = START) -> dict[str, torch.nn.Parameter]:
    """Sets the adapter by the sine rule: element i of tensor n (names sorted) is s * sin(12.9898 i + 78.233 n)."""
    tensors = {name: p for name, p in sorted(model.named_parameters()) if "lora_" in name}
    for n, (name, parameter) in enumerate(tensors.items()):
        i = torch.arange(parameter.numel(), dtype=torch.float64)
        scale = scales["lora_A" if "lora_A" in name else "lora_B"]
        values = (scale * torch.sin(12.9898 * i + 78.233 * n)).to(STORED)
        parameter.data.copy_(values.reshape(parameter.shape))
    return tensors


def step_loss(model, rows: list[dict], label_count: int, pad: int) -> torch.Tensor:
    """The part of the step's loss that one micro batch gives: rows padded on the right, their losses' sum / label_count."""
    length = max(len(row["ids"]) for row in rows)
    ids = torch.tensor([row["ids"] + [pad] * (length - len(row["ids"])) for row in rows])
    labels = torch.tensor([row["labels"] + [IGNORED] * (length - len(row["labels"])) for row in rows])
    mask = torch.tensor([[1] * len(row["ids"]) + [0] * (length - len(row["ids"])) for row in rows])
    return model(input_ids=ids, attention_mask=mask, labels=labels, num_items_in_batch=label_count).loss


def train(base, rows: list[dict], max_grad_norm: float | None) -> tuple[list[dict], dict[str, torch.Tensor], float]:
    """The log of ten steps, the first step's gradients, and how far the adapter went."""
    model = get_peft_model(base, LoraConfig(**LORA, target_modules=TARGETS, lora_dropout=0.0)).train()
    adapter = start_adapter(model)
    start = {name: p.detach().clone() for name, p in adapter.items()}
    optimizer = torch.optim.AdamW(list(adapter.values()), lr=SETTINGS["learning_rate"], weight_decay=SETTINGS["weight_decay"])
    schedule = get_cosine_schedule_with_warmup(optimizer, SETTINGS["warmup_steps"], SETTINGS["max_steps"])
    log, first = [], {}
    for micro_batches in STEPS:
        label_count = sum(label != IGNORED for batch in micro_batches for row in batch for label in rows[row]["labels"][1:])
        loss = 0.0
        for batch in micro_batches:
            part = step_loss(model, [rows[row] for row in batch], label_count, pad=0)
            part.backward()
            loss += part.item()
        first = first or {name.replace(".default", ""): p.grad.clone() for name, p in adapter.items()}
        norm = torch.nn.utils.clip_grad_norm_(list(adapter.values()), max_grad_norm or float("inf")).item()
        log.append({"step": len(log) + 1, "loss": loss, "grad_norm": norm, "learning_rate": schedule.get_last_lr()[0]})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    distance = sum((adapter[name] - start[name]).pow(2).sum().item() for name in adapter) ** 0.5
    return log, first, distance


def main() -> None:
    torch.set_num_threads(1)
    for family in FAMILIES:
        folder = GOLDEN / "models" / family
        rows = encode(PreTrainedTokenizerFast.from_pretrained(folder))
        document = {"lora": LORA, "start": START, "settings": SETTINGS, "rows": [Line(row) for row in rows],
                    "steps": [Line(step) for step in STEPS], "trajectories": []}  # fmt: skip
        for max_grad_norm in (None, 0.5):
            load = lambda: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()  # noqa: E731
            single, single_first, _ = train(load(), rows, max_grad_norm)
            double_base = as_double(load())
            with double_precision():
                log, first, distance = train(double_base, rows, max_grad_norm)
            document["trajectories"].append(
                {
                    "max_grad_norm": max_grad_norm,
                    "adapter_distance": distance,
                    "largest_relative_difference_of_float32": {
                        key: max(abs(a[key] / b[key] - 1) for a, b in zip(single, log, strict=True)) for key in ("loss", "grad_norm")
                    },
                    "log": [Line(entry) for entry in log],
                }
            )
        worst = max(((single_first[k].double() - g).norm() / g.norm()).item() for k, g in first.items())
        document["largest_relative_difference_of_float32_gradients"] = worst
        write_json(GOLDEN / "training" / f"{family}.json", document)
        write_tensors(GOLDEN / "training" / f"{family}.safetensors", first)
        print(family, worst, [(t["adapter_distance"], t["largest_relative_difference_of_float32"]) for t in document["trajectories"]])


if __name__ == "__main__":
    main()
