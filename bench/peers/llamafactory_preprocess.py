"""Reads and tokenizes a data set by LLaMA-Factory's own code: llamafactory_preprocess.py ORDER.json ANSWER.json"""

import json
import resource
import sys
import time

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from llamafactory.model import load_tokenizer

order_file, answer_file = sys.argv[1:]
with open(order_file, encoding="utf-8") as file:
    settings = json.load(file)
model_args, data_args, training_args, _, _ = get_train_args(settings)
tokenizer_module = load_tokenizer(model_args)
template = get_template_and_fix_tokenizer(tokenizer_module["tokenizer"], data_args)
began = time.perf_counter()
module = get_dataset(template, model_args, data_args, training_args, stage="sft", **tokenizer_module)
seconds = time.perf_counter() - began
rows = module["train_dataset"]
usage = [resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
answer = {
    "seconds": seconds,
    "rows": len(rows),
    "tokens": sum(len(ids) for ids in rows["input_ids"]),
    "peakRssBytes": max(usage),
}
with open(answer_file, "w", encoding="utf-8") as file:
    json.dump(answer, file)
