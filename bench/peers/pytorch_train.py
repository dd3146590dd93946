"""A plain PyTorch loop with transformers and PEFT over the same batches, without a trainer: pytorch_train.py ORDER.json ANSWER.json"""

import json
import math
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
with open(order["rows"], encoding="utf-8") as file:
    rows = json.load(file)


def batch(step):
    size = order["batch_size"]
    chosen = [rows[(step * size + i) % len(rows)] for i in range(size)]
    length = -(-max(len(row["ids"]) for row in chosen) // 8) * 8

    def padded(key, value):
        return torch.tensor([row[key] + [value] * (length - len(row[key])) for row in chosen])

    mask = torch.tensor([[1] * len(row["ids"]) + [0] * (length - len(row["ids"])) for row in chosen])
    return {"input_ids": padded("ids", 0), "labels": padded("labels", -100), "attention_mask": mask}


base = AutoModelForCausalLM.from_pretrained(order["model"], dtype=torch.bfloat16)
model = PeftModel.from_pretrained(base, order["adapter"], is_trainable=True)
model.train()
parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=order["learning_rate"], weight_decay=0.0)
steps = order["steps"]
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / steps)))
seconds, losses = [], []
begin = time.perf_counter()
for step in range(steps):
    with torch.autocast("cpu", torch.bfloat16):
        loss = model(**batch(step)).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    end = time.perf_counter()
    seconds.append(end - begin)
    losses.append(loss.item())
    begin = end
answer = {
    "seconds": seconds,
    "losses": losses,
    "peakRssBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "versions": {name: version(name) for name in ("torch", "transformers", "peft")},
}
with open(answer_file, "w", encoding="utf-8") as file:
    json.dump(answer, file)
