"""Greedy answers by transformers' generate, in batches of like length: greedy.py ORDER.json ANSWER.json"""

import json
import resource
import sys
import time
from importlib.metadata import version

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

order_file, answer_file = sys.argv[1:]
with open(order_file, encoding="utf-8") as file:
    order = json.load(file)

base = AutoModelForCausalLM.from_pretrained(order["model"], dtype=torch.bfloat16)
model = PeftModel.from_pretrained(base, order["adapter"]).merge_and_unload().eval()
prompts = order["prompts"]
by_length = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
answers = [None] * len(prompts)
begin = time.perf_counter()
with torch.inference_mode():
    for start in range(0, len(prompts), order["batch_size"]):
        chosen = by_length[start : start + order["batch_size"]]
        length = max(len(prompts[index]) for index in chosen)
        missing = [length - len(prompts[index]) for index in chosen]
        ids = torch.tensor([[order["pad"]] * gap + prompts[index] for gap, index in zip(missing, chosen)])
        mask = torch.tensor([[0] * gap + [1] * (length - gap) for gap in missing])
        output = model.generate(
            input_ids=ids,
            attention_mask=mask,
            do_sample=False,
            max_new_tokens=order["max_new_tokens"],
            eos_token_id=order["eos"],
            pad_token_id=order["pad"],
        )
        for index, row in zip(chosen, output[:, length:].tolist()):
            answers[index] = row[: row.index(order["eos"])] if order["eos"] in row else row
answer = {
    "seconds": time.perf_counter() - begin,
    "answers": answers,
    "peakRssBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "versions": {name: version(name) for name in ("torch", "transformers", "peft")},
}
with open(answer_file, "w", encoding="utf-8") as file:
    json.dump(answer, file)
