"""Writes test/golden/runs/: trainer_state.json and results files as transformers writes them, for a training of three steps."""

import shutil
from types import SimpleNamespace

from transformers.trainer_callback import TrainerControl, TrainerState
from transformers.trainer_pt_utils import save_metrics

from storage import GOLDEN

FOLDER = GOLDEN / "runs"
LOGS = [
    {"loss": 2.5, "grad_norm": 1.25, "learning_rate": 5e-4, "epoch": 0.5},
    {"loss": 1.75, "grad_norm": 0.5, "learning_rate": 2.5e-4, "epoch": 1.5},
    {"eval_loss": 1.5, "eval_runtime": 0.5, "eval_samples_per_second": 8.5, "eval_steps_per_second": 2.5, "epoch": 1.5},
]
STEPS = [1, 2, 2]


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    state = TrainerState(
        epoch=1.5,
        global_step=2,
        max_steps=3,
        logging_steps=1,
        eval_steps=2,
        save_steps=2,
        train_batch_size=4,
        num_train_epochs=2,
        num_input_tokens_seen=640,
        total_flos=1.5e9,
        log_history=[{**log, "step": step} for log, step in zip(LOGS, STEPS)],
        best_metric=1.5,
        best_global_step=2,
        best_model_checkpoint="saves/tiny/checkpoint-2",
        stateful_callbacks=[TrainerControl(should_save=True)],
    )
    state.save_to_json(str(FOLDER / "trainer_state.json"))
    trainer = SimpleNamespace(args=SimpleNamespace(output_dir=str(FOLDER)), is_world_process_zero=lambda: True)
    save_metrics(trainer, "train", {"train_loss": 1.75, "epoch": 1.5, "train_runtime": 2.5, "total_flos": 1.5e9})
    save_metrics(trainer, "eval", {"eval_loss": 1.5, "epoch": 1.5, "eval_runtime": 0.5})


if __name__ == "__main__":
    main()
