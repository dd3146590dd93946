"""Loads an adapter that Tunesmith wrote with PEFT and compares logits.

    check_peft.py ADAPTER_DIR BASE_DIR IDS_AND_LOGITS.json [TOLERANCE]

The JSON file holds `ids` and `logits`: one list of the vocabulary's length for each of the LAST positions (one to all).
Prints one JSON line with the relative difference; exits 1 where it is above TOLERANCE (1e-4). Without `logits` it prints
PEFT's logits of the last position and the ids of the five largest."""

import json
import sys

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM

from storage import numbers, relative_difference


@torch.no_grad()
def main(adapter: str, base: str, file: str, tolerance: str = "1e-4") -> int:
    torch.set_num_threads(1)
    with open(file, encoding="utf-8") as handle:
        given = json.load(handle)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter).eval()
    with safe_open(f"{adapter}/adapter_model.safetensors", "pt") as saved:
        missing = sum(".lora_" in name for name, _ in model.named_parameters()) - len(saved.keys())
    logits = model(torch.tensor([given["ids"]])).logits[0]
    if "logits" not in given:
        print(json.dumps({"top": logits[-1].topk(5).indices.tolist(), "logits": numbers(logits[-1])}))
        return 0
    ours = torch.tensor(given["logits"])
    difference = relative_difference(ours, logits[-len(ours) :])
    print(json.dumps({"relative_difference": difference, "positions": len(ours), "tensors_missing_in_file": missing}))
    return 0 if difference <= float(tolerance) and missing == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
