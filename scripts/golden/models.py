"""Writes test/golden/models/<name>/: tiny Hugging Face folders, and beside them the logits and greedy answers that
transformers computes from these files. Layout: README.md here."""

import json
import shutil

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from double_precision import as_double, double_precision
from storage import GOLDEN, Line, relative_difference, write_json, write_tensors
from tiny import CHAT, CONFIGS, build_model, build_tokenizer, chat_ids, random_ids

GREEDY_TOKENS = 12
LAST_POSITIONS = 8  # only the end of a sequence is stored, to stay small
SEEDS = {"llama": 16, "qwen3": 23, "gemma3_text": 34, "llama-rope-scaling": 21}

NEW_WORDS = ("dtype", "rope_parameters")
# The same configurations in the words of transformers 4, as most folders in the world still carry them.
TRANSFORMERS_4 = {
    "llama": {"rope_theta": 10000.0, "rope_scaling": None},
    "qwen3": {"rope_theta": 1000000, "rope_scaling": None},
    "gemma3_text": {
        "rope_theta": 1000000.0,
        "rope_local_base_freq": 10000.0,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
    },
    "llama-rope-scaling": {
        "rope_theta": 10000.0,
        "rope_scaling": {
            "factor": 8.0,
            "high_freq_factor": 4.0,
            "low_freq_factor": 1.0,
            "original_max_position_embeddings": 128,
            "rope_type": "llama3",
        },
    },
}


def main() -> None:
    torch.set_num_threads(1)
    for name, config in CONFIGS.items():
        folder = GOLDEN / "models" / name
        shutil.rmtree(folder, ignore_errors=True)
        tokenizer = write_folder(name, config, folder)
        write_expected(name, folder, tokenizer)
        for file in folder.iterdir():
            file.chmod(0o644)  # safetensors makes them private
        print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes")


def write_folder(name: str, config, folder) -> object:
    dtype = torch.bfloat16 if config.dtype == torch.bfloat16 else torch.float32
    model = build_model(config, SEEDS[name], dtype).to(dtype)
    model.save_pretrained(folder, max_shard_size="250KB" if name == "qwen3" else "10MB")
    tokenizer = build_tokenizer()
    tokenizer.save_pretrained(folder, save_jinja_files=name != "llama")
    write_transformers_4_config(name, folder)
    return tokenizer


def write_transformers_4_config(name: str, folder) -> None:
    """config.transformers4.json; the one of llama-rope-scaling is the folder's only config.json."""
    new = json.loads((folder / "config.json").read_text())
    old = {**new, **TRANSFORMERS_4[name], "torch_dtype": new["dtype"], "transformers_version": "4.51.3"}
    old = {key: old[key] for key in sorted(old) if key not in NEW_WORDS}
    path = folder / "config.transformers4.json"
    path.write_text(json.dumps(old, indent=2) + "\n")
    read = [AutoConfig.from_pretrained(folder, _configuration_file=file).to_dict() for file in (path.name, "config.json")]
    for document in read:
        document.pop("transformers_version")
    assert read[0] == read[1], (read[0], read[1])
    if name == "llama-rope-scaling":
        path.replace(folder / "config.json")


@torch.no_grad()
def write_expected(name: str, folder, tokenizer) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    double = as_double(model)
    sequences, tensors = [], {}
    long = LAST_POSITIONS if name == "llama-rope-scaling" else 4 * LAST_POSITIONS
    cases = [(CHAT, chat_ids(tokenizer), long), (None, random_ids(44, SEEDS[name]), LAST_POSITIONS)]
    for index, (text, ids, stored) in enumerate(cases):
        logits = model(torch.tensor([ids])).logits[0]
        with double_precision():
            exact = double(torch.tensor([ids])).logits[0]
            greedy, margin = continue_greedily(double, ids)
        tensors[f"logits.{index}"] = logits[-stored:]
        sequences.append(
            {
                "text": text,
                "ids": Line(ids),
                "logits_from": len(ids) - stored,
                "greedy": Line(greedy),
                "smallest_greedy_margin": round(margin, 4),
                "relative_difference_from_float64": relative_difference(logits, exact),
                "logits_standard_deviation": round(logits.std().item(), 3),
            }
        )
    write_json(folder / "expected.json", {"sequences": sequences})
    write_tensors(folder / "expected.safetensors", tensors)


def continue_greedily(model, ids: list[int]) -> tuple[list[int], float]:
    """The most likely next tokens, end marks included, and by how much the closest choice was won."""
    tokens, margin = list(ids), float("inf")
    for _ in range(GREEDY_TOKENS):
        best = model(torch.tensor([tokens])).logits[0, -1].topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        tokens.append(best.indices[0].item())
    return tokens[len(ids) :], margin


if __name__ == "__main__":
    main()
