"""Trains with LLaMA-Factory's own trainer, and notes when each step ended: llamafactory_train.py ORDER.json ANSWER.json"""

import json
import os
import resource
import sys
import time
from importlib.metadata import version

from llamafactory.train.tuner import run_exp
from transformers import TrainerCallback


class Clock(TrainerCallback):
    def on_train_begin(self, *_, **__):
        self.times = [time.perf_counter()]

    def on_step_end(self, *_, **__):
        self.times.append(time.perf_counter())


order_file, answer_file = sys.argv[1:]
with open(order_file, encoding="utf-8") as file:
    settings = json.load(file)
log = os.path.join(settings["output_dir"], "trainer_log.jsonl")
if os.path.exists(log):
    os.remove(log)
clock = Clock()
run_exp(args=settings, callbacks=[clock])
with open(log, encoding="utf-8") as file:
    losses = [entry["loss"] for entry in map(json.loads, file) if "loss" in entry]
answer = {
    "seconds": [end - begin for begin, end in zip(clock.times, clock.times[1:])],
    "losses": losses,
    "peakRssBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "versions": {name: version(name) for name in ("llamafactory", "torch", "transformers", "peft")},
}
with open(answer_file, "w", encoding="utf-8") as file:
    json.dump(answer, file)
