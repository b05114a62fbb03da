"""A language model of a few thousand random weights, made on the spot: it babbles in Chinese."""

from __future__ import annotations

from pathlib import Path

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def make_tiny_model(folder: Path, text: str) -> Path:
    """Save a Llama of two small layers, and a tokenizer of the characters of `text`, in `folder`."""
    import torch
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    marks = ["<unk>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    characters = sorted(set(text) | set("。，！？[]0123456789"))
    vocabulary = {token: number for number, token in enumerate([*marks, *characters])}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    inner.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        unk_token="<unk>",
        eos_token="<|end|>",
        pad_token="<|end|>",
        additional_special_tokens=marks[2:],
        clean_up_tokenization_spaces=False,
        model_max_length=16384,
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=16384,
        bos_token_id=None,
        eos_token_id=vocabulary["<|end|>"],
        pad_token_id=vocabulary["<|end|>"],
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
