"""Writes test/golden/adapters/<name>/: adapters as PEFT saves them for the tiny llama, and the logits that PEFT shows."""

import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from storage import GOLDEN, Line, relative_difference, write_json, write_tensors
from tiny import chat_ids

ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ADAPTERS = {
    "lora": LoraConfig(r=4, lora_alpha=8, target_modules=ALL, task_type="CAUSAL_LM"),
    "rslora": LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], use_rslora=True, task_type="CAUSAL_LM"),
}
LAST_POSITIONS = 8


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    base = GOLDEN / "models" / "llama"
    ids = chat_ids(PreTrainedTokenizerFast.from_pretrained(base))
    for seed, (name, config) in enumerate(ADAPTERS.items()):
        folder = GOLDEN / "adapters" / name
        shutil.rmtree(folder, ignore_errors=True)
        model = get_peft_model(load(base), config)
        generator = torch.Generator().manual_seed(seed + 70)
        for parameter_name, parameter in sorted(model.named_parameters()):
            if "lora_" in parameter_name:
                parameter.copy_(0.06 * torch.randn(parameter.shape, generator=generator))
        model.peft_config["default"].base_model_name_or_path = "tiny-llama"
        model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        logits = PeftModel.from_pretrained(load(base), folder).eval()(torch.tensor([ids])).logits[0]
        without = load(base)(torch.tensor([ids])).logits[0]
        moved = relative_difference(logits, without)
        write_json(folder / "expected.json", {"ids": Line(ids), "logits_from": len(ids) - LAST_POSITIONS, "moved_by": moved})
        write_tensors(folder / "expected.safetensors", {"logits": logits[-LAST_POSITIONS:]})
        (folder / "adapter_model.safetensors").chmod(0o644)
        print(name, "moves the logits by", moved)


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


if __name__ == "__main__":
    main()
