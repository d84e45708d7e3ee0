"""Writes a language model of half a megabyte with random weights: `tiny_model.py FILE`.

It says nothing sensible and never the same for two seeds, but llama.cpp serves it as any other: a llama architecture
with two layers, and a vocabulary of single bytes and letters.
"""

import sys

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, HIDDEN = 64, 2, 4, 128
# The most tokens that one request may have.
CONTEXT = 2048

MARKERS = [b"<unk>", b"<s>", b"</s>"]
BYTES = [f"<0x{byte:02X}>".encode() for byte in range(256)]
LETTERS = [bytes([code]) for code in range(ord("a"), ord("z") + 1)]
# As in GGUF's tokenizer.ggml.token_type.
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6


def describe(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def add_vocabulary(writer: gguf.GGUFWriter) -> int:
    writer.add_tokenizer_model("llama")
    writer.add_token_list(MARKERS + BYTES + LETTERS)
    writer.add_token_types([UNKNOWN, CONTROL, CONTROL] + [BYTE] * len(BYTES) + [NORMAL] * len(LETTERS))
    # A letter is taken rather than its byte.
    writer.add_token_scores(
        [0.0] * len(MARKERS) + [-1000.0] * len(BYTES) + [-float(place) for place in range(len(LETTERS))])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    return len(MARKERS + BYTES + LETTERS)


def add_weights(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    random = np.random.default_rng(seed=0)

    def weights(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    writer.add_tensor("token_embd.weight", weights(vocabulary, WIDTH))
    writer.add_tensor("output.weight", weights(vocabulary, WIDTH))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    shapes = {f"attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
    shapes |= {"ffn_gate": (HIDDEN, WIDTH), "ffn_up": (HIDDEN, WIDTH), "ffn_down": (WIDTH, HIDDEN)}
    for layer in range(LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(WIDTH, np.float32))
        for name, shape in shapes.items():
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(*shape))


def main() -> None:
    writer = gguf.GGUFWriter(sys.argv[1], "llama")
    describe(writer, add_vocabulary(writer))
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")
    add_weights(writer, len(MARKERS + BYTES + LETTERS))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
