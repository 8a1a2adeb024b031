"""GGUF: metadata of every type, a chat template, tensors plain and quantised."""
import importlib.metadata

import numpy as np
import gguf

RELEASE = importlib.metadata.version("gguf")
AT = tuple(int(part) for part in RELEASE.split(".")[:2])
TEMPLATE = "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}\n{% endfor %}"


def metadata(writer):
    writer.add_name("made up")
    writer.add_description("nothing \u00e9")
    writer.add_context_length(128)
    writer.add_embedding_length(4)
    writer.add_block_count(1)
    writer.add_feed_forward_length(8)
    writer.add_head_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<s>", "</s>", "a", "\u00e9"])
    writer.add_token_scores([0.0, 0.0, -1.0, -2.0])
    writer.add_token_types([3, 3, 1, 1])
    writer.add_bos_token_id(0)
    if hasattr(writer, "add_chat_template"):
        writer.add_chat_template(TEMPLATE)
    else:
        writer.add_string("tokenizer.chat_template", TEMPLATE)
    for kind, value in [("uint8", 8), ("int8", -8), ("uint16", 16), ("int16", -16), ("uint32", 32), ("int32", -32),
                        ("uint64", 1 << 63), ("int64", -1), ("float32", 0.5), ("float64", 0.25), ("bool", True),
                        ("string", "text\n")]:
        getattr(writer, "add_" + kind)("test." + kind, value)
    writer.add_array("test.integers", [1, 2, 3])
    writer.add_array("test.strings", ["a", "", "\u732b"])
    writer.add_array("test.floats", [0.5, 1.5])


def plain(writer):
    metadata(writer)
    writer.add_tensor("token_embd.weight", np.arange(16, dtype="<f4").reshape(4, 4))
    writer.add_tensor("output_norm.weight", np.ones(4, "<f4"))
    writer.add_tensor("half", np.ones((2, 3, 4), "<f2"))


def quantised(writer):
    metadata(writer)
    kinds = gguf.GGMLQuantizationType
    for kind in (kinds.Q4_0, kinds.Q8_0, kinds.Q5_1, kinds.Q6_K):
        block, size = gguf.GGML_QUANT_SIZES[kind] if hasattr(gguf, "GGML_QUANT_SIZES") else (32, 18)
        rows = np.zeros((2, size), np.uint8)
        if AT >= (0, 9):
            writer.add_tensor("w." + kind.name.lower(), rows, raw_dtype=kind)
        else:
            writer.add_tensor("w." + kind.name.lower(), rows, raw_shape=(2, block), raw_dtype=kind)


def integers(writer):
    for kind in ["i1", "i2", "i4", "i8", "f8"]:
        writer.add_tensor(kind, np.arange(3).astype("<" + kind))


def tokenizer(writer):
    writer.add_vocab_size(4) if hasattr(writer, "add_vocab_size") else None
    writer.add_token_list(["a"] * 300)


def written(fill, **options):
    def write(path):
        writer = gguf.GGUFWriter(path, "llama", **options)
        fill(writer)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return write


def fixtures():
    rows = [("plain", plain, {}), ("quantised", quantised, {}), ("vocabulary", tokenizer, {})]
    if AT >= (0, 9):
        rows.append(("integers", integers, {}))
    rows.append(("big-endian", plain, {"endianess": gguf.GGUFEndian.BIG}))
    for name, fill, options in rows:
        yield "gguf-%s-%s.gguf" % (RELEASE, name), "gguf %s, GGUFWriter(%s)" % (
            RELEASE, ", ".join(options)), written(fill, **options)
