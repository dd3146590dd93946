"""The tiny random models that all goldens share: one small tokenizer, one configuration a family, weights that
make mistakes visible (peaked attention, norms that are not 1, logits far from uniform)."""

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, PreTrainedTokenizerFast, Qwen3Config

VOCABULARY = 320
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]  # ids 0, 1, 2
ADDED = ["<think>", "</think>"]  # the last two ids; not special, as in Qwen3

CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

TEXT = """
You are a helpful assistant. What is the capital of France? The capital of France is Paris. Who are you? I am an
assistant that was trained to answer the question. Tell me a story about the little house on the hill and the people
who lived in it. system user assistant. In the morning the sun was shining, and there was nothing that they could not
do. Which of these is the right answer: 1, 2, 3 or 10? The ticket is about a refund for order 4711. 你好,世界。你是谁?我是一个助手。
"""

CHAT = """<|im_start|>system
You are a helpful assistant.<|im_end|>
<|im_start|>user
What is the capital of France?<|im_end|>
<|im_start|>assistant
Paris, 你好<|im_end|>
"""


def build_tokenizer(chat_template: str = CHAT_TEMPLATE) -> PreTrainedTokenizerFast:
    """Byte-level BPE of 320 tokens: three marks, 256 bytes, 59 merges, two think marks."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(ADDED), special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in ADDED])
    assert tokenizer.get_vocab_size() == VOCABULARY
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=chat_template,
        clean_up_tokenization_spaces=False,
        model_max_length=512,
    )


# rms_norm_eps is larger than in real models, so that a wrong one shows.
COMMON = dict(
    vocab_size=VOCABULARY, bos_token_id=None, eos_token_id=2, pad_token_id=0, max_position_embeddings=512, dtype="float32"
)

CONFIGS = {
    "llama": LlamaConfig(
        **COMMON,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        rms_norm_eps=1e-3,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=False,
    ),
    "qwen3": Qwen3Config(
        **COMMON,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        rms_norm_eps=1e-4,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        tie_word_embeddings=True,
    ),
    "gemma3_text": Gemma3TextConfig(
        **COMMON,
        hidden_size=64,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=32,
        query_pre_attn_scalar=24,
        rms_norm_eps=1e-3,
        sliding_window=16,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
        },
        tie_word_embeddings=True,
    ),
    "llama-rope-scaling": LlamaConfig(
        **{**COMMON, "dtype": "bfloat16"},
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        rms_norm_eps=1e-3,
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 10000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 128,
        },
        tie_word_embeddings=True,
    ),
}


def build_model(config, seed: int, dtype: torch.dtype = torch.float32):
    """A model of random weights, rounded to `dtype` and computed in float32."""
    config = AutoConfig.for_model(**config.to_dict())
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(seed)
    gemma = config.model_type == "gemma3_text"
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            random = torch.randn(weight.shape, generator=generator)
            if "norm" in name:
                # Gemma's norms scale by 1 + w; layers are made strong beside the scaled embeddings.
                center = 1.5 * float("post" in name or name == "model.norm.weight") if gemma else 1.0
                weight.copy_(center + 0.3 * random)
            elif "embed_tokens" in name or "lm_head" in name:
                weight.copy_((0.1 if gemma else 0.35) * random)
            else:
                weight.copy_(1.5 * random / weight.shape[1] ** 0.5)
            weight.copy_(weight.to(dtype))
    return model


def chat_ids(tokenizer) -> list[int]:
    return tokenizer(CHAT, add_special_tokens=False)["input_ids"]


def random_ids(length: int, seed: int) -> list[int]:
    return torch.randint(0, VOCABULARY, (length,), generator=torch.Generator().manual_seed(seed)).tolist()
