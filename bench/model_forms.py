#!/usr/bin/env python3
"""The text model in several numeric forms: quality, speed and memory of each, in ONNX Runtime as the product uses it.

    python3 -m venv /tmp/forms && /tmp/forms/bin/pip install onnx onnxruntime==1.31.1
    tools/build.sh bench alcove_bench_embedding
    /tmp/forms/bin/python bench/model_forms.py [--processor avx2] [--passages 120] [--rounds 3] [--forms ours fp32 …]

Every form is made from the installed model's own 4-bit weights, so that only the arithmetic differs; linear layers, attention and
norms of our operators become ONNX Runtime's own, fused ones. All run through the bare-model program (bench/embedding): one text at a
time on each thread. Rounds are interleaved. `--processor` hides newer instructions (bench/older_processor.c). Prints JSON lines.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time

import numpy as np
import onnx
from bench_support import BENCH_BIN, ROOT, TESTDATA, collections, emit, median, models_folder, retrieval, seeded, texts
from onnx import helper, numpy_helper

BLOCK = 32
ZERO_POINT = 8
HEADS = 12
MICROSOFT = "com.microsoft"
SETS = {"xquad en-en": ("en", "en"), "xquad de-en": ("de", "en"), "xquad ru-en": ("ru", "en"), "squad": None, "cranfield": None}


def unpack(packed, scales):
    """Weights [columns, depth] in fp32 from 4-bit blocks."""
    values = np.empty((packed.shape[0], packed.shape[1] * 2), np.float32)
    values[:, 0::2], values[:, 1::2] = packed & 15, packed >> 4
    blocks = (values - ZERO_POINT).reshape(packed.shape[0], -1, BLOCK) * scales[..., None]
    return blocks.reshape(values.shape)


class Rewriter:
    """Turns our operators into ONNX Runtime's: linear layers as `linear` says, the rest into its fused forms."""

    def __init__(self, path, linear):
        self.model, self.linear = onnx.load(path), linear
        graph = self.model.graph
        self.constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
        self.nodes, self.dropped = [], set()
        for node in list(graph.node):
            getattr(self, "_" + node.op_type, self._keep)(node)
        del graph.node[:]
        graph.node.extend(self.nodes)
        kept = [item for item in graph.initializer if item.name not in self.dropped]
        del graph.initializer[:]
        graph.initializer.extend(kept)
        for domain in [item for item in self.model.opset_import if item.domain == "alcove"]:
            self.model.opset_import.remove(domain)

    def constant(self, name, array):
        self.model.graph.initializer.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def add(self, kind, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, name=outputs[0] + "_" + kind, **attributes))

    def _keep(self, node):
        self.nodes.append(node)

    def _BlockLinear(self, node):
        value, weights, scales, bias = node.input
        output = node.output[0]
        packed, scale = self.constants[weights], self.constants[scales]
        columns, depth = packed.shape[0], packed.shape[1] * 2
        self.dropped |= {weights, scales}
        if self.linear.startswith("blocks"):
            level = int(self.linear.removeprefix("blocks"))
            inputs = [value, self.constant(weights + "n", packed.reshape(columns, depth // BLOCK, BLOCK // 2)),
                      self.constant(scales + "n", scale.reshape(-1))]
            self.add("MatMulNBits", inputs, [output + "_m"], MICROSOFT, K=depth, N=columns, bits=4, block_size=BLOCK, accuracy_level=level)
        else:
            self.add("MatMul", [value, self.constant(weights + "f", unpack(packed, scale).T)], [output + "_m"])
        self.add("Add", [output + "_m", bias], [output])

    def _SelfAttention(self, node):
        mixed, output = node.input[0], node.output[0]
        parts = [output + "_" + part for part in "qkv"]
        self.add("Split", [mixed], parts, axis=-1, num_outputs=3)
        self.add("MultiHeadAttention", parts, [output], MICROSOFT, num_heads=HEADS)

    def _AddNorm(self, node):
        self.add("SkipLayerNormalization", list(node.input), list(node.output), MICROSOFT,
                 epsilon=next(item.f for item in node.attribute if item.name == "epsilon"))


def quantise(source, target, skipped=(), **options):
    """ONNX Runtime's dynamic quantisation: activations in 8 bits per tensor, weights in 8 bits per column."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    graph = onnx.load(source).graph
    nodes = [node.name for node in graph.node if node.op_type == "MatMul" and not any(f".{part}." in node.input[1] for part in skipped)]
    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8, nodes_to_quantize=nodes,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT}, **options)


def write_forms(folder, wanted):
    """{form: model folder}; `ours` is the installed model itself."""
    installed = models_folder()
    plain = folder / "plain.onnx"
    onnx.save(Rewriter(installed / "model.onnx", "fp32").model, plain)
    makers = {
        "fp32": lambda target: shutil.copy(plain, target),
        "int8 per tensor": lambda target: quantise(plain, target),
        "int8 per tensor, 7-bit weights": lambda target: quantise(plain, target, reduce_range=True),
        "int8, feed-forward output in fp32": lambda target: quantise(plain, target, skipped=("fo",)),
        "4-bit weights, fp32 activations": lambda target: onnx.save(Rewriter(installed / "model.onnx", "blocks1").model, target),
        "4-bit weights, int8 activations": lambda target: onnx.save(Rewriter(installed / "model.onnx", "blocks4").model, target),
    }
    forms = {"ours": installed}
    for name, make in makers.items():
        if wanted and name not in wanted:
            continue
        place = folder / name.replace(" ", "-")
        place.mkdir()
        make(place / "model.onnx")
        shutil.copy(installed / "tokenizer.bin", place)
        description = json.loads((installed / "model.json").read_text())
        description["files"]["model.onnx"] = hashlib.sha256((place / "model.onnx").read_bytes()).hexdigest()
        (place / "model.json").write_text(json.dumps(description))
        forms[name] = place
    return {name: place for name, place in forms.items() if not wanted or name in wanted}


def watch_memory(pid, peak_kib):
    """Keeps the high-water mark until the process ends; that of wait4 would include this interpreter's, from before exec."""
    while True:
        try:
            fields = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
        except OSError:
            return
        if fields is None:
            return
        peak_kib[0] = int(fields.group(1))
        time.sleep(0.02)


class Program:
    """The bare-model program, on this processor or an older one."""

    def __init__(self, folder, processor):
        self.environment = dict(os.environ)
        if processor:
            library = folder / "older_processor.so"
            subprocess.run(["clang-19", "-O2", "-shared", "-fPIC", "-Wl,-z,initfirst", ROOT / "bench" / "older_processor.c", "-o", library], check=True)
            self.environment |= {"ALCOVE_PROCESSOR": processor, "LD_PRELOAD": str(library)}

    def run(self, model, lines, *arguments):
        """The figures of one run and the program's peak memory in MiB."""
        command = [BENCH_BIN / "alcove_bench_embedding", "--model", model, "--runs", "1", *map(str, arguments)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment, text=True) as process:
            process.stdin.write("\n".join(json.dumps(line) for line in lines))
            process.stdin.close()
            peak_kib = [0]
            watcher = threading.Thread(target=watch_memory, args=(process.pid, peak_kib))
            watcher.start()
            first = process.stdout.readline()
            process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            watcher.join()
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"the program ended with {process.returncode}")
        return json.loads(first), peak_kib[0] / 1024, usage.ru_utime

    def vectors(self, model, lines, scratch, purpose):
        self.run(model, lines, "--threads", 2, "--vectors", scratch, "--purpose", purpose)
        return np.fromfile(scratch, np.float32).reshape(len(lines), -1)


def load_sets(documents, questions):
    """{set: (documents, queries, judgements)}: evenly spread questions, what answers them, and others up to `documents`."""
    xquad = retrieval.load_xquad(TESTDATA / "retrieval")
    loaded = {}
    for name, pair in SETS.items():
        if pair is None:
            collection = retrieval.load(TESTDATA / "retrieval", name)
            asked, judgements = collection.queries, collection.judgements
            written = collection.documents
        else:
            asked, written = xquad[pair[0]].queries, xquad[pair[1]].documents
            judgements = {key: {pair[1] + document[2:]: grade for document, grade in judged.items()} for key, judged in xquad[pair[0]].judgements.items()}
        keys = retrieval.sample(asked, questions)
        needed = {document for key in keys for document in judgements[key]}
        rest = [key for key in written if key not in needed]
        kept = sorted(needed | set(retrieval.sample(rest, max(0, documents - len(needed)))))
        loaded[name] = ({key: written[key] for key in kept}, {key: asked[key] for key in keys}, judgements)
    return loaded


def quality(program, model, loaded, scratch):
    """nDCG@10 of each set, of the bare vectors; and the vectors of all documents."""
    scores, all_documents = {}, []
    known = {}
    for name, (documents, queries, judgements) in loaded.items():
        keys = tuple(documents)
        if keys not in known:
            known[keys] = program.vectors(model, list(documents.values()), scratch, "passage")
            all_documents.append(known[keys])
        asked = program.vectors(model, list(queries.values()), scratch, "query")
        ranked = np.argsort(-(asked @ known[keys].T), axis=1)
        scores[name] = float(np.mean([retrieval.ndcg([keys[i] for i in row], judgements[key]) for row, key in zip(ranked, queries, strict=True)]))
    return scores, np.concatenate(all_documents)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processor", choices=("avxvnni", "avx2", "sse"))
    parser.add_argument("--forms", nargs="*", default=[])
    parser.add_argument("--passages", type=int, default=120, help="for the speed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=240, help="of each set, for the quality; 0 leaves it out")
    parser.add_argument("--questions", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alcove-forms-") as scratch:
        folder = pathlib.Path(scratch)
        program = Program(folder, options.processor)
        forms = write_forms(folder, options.forms)
        if options.documents:
            loaded = load_sets(options.documents, options.questions)
            exact = None
            for name in sorted(forms, key=lambda form: form != "fp32"):
                scores, documents = quality(program, forms[name], loaded, folder / "vectors")
                exact = documents if exact is None else exact
                cosines = np.sum(documents * exact, axis=1) / np.linalg.norm(documents, axis=1) / np.linalg.norm(exact, axis=1)
                emit(benchmark="model forms", form=name, processor=options.processor or "as it is", ndcg={key: round(value, 4) for key, value in scores.items()},
                     mean=round(float(np.mean(list(scores.values()))), 4), cosine_to_first_min=round(float(cosines.min()), 5), cosine_to_first_mean=round(float(cosines.mean()), 5))
        sources = texts(collections())
        seeded().shuffle(sources)
        speeds, memory, cpu = ({name: [] for name in forms} for _ in range(3))
        for _ in range(options.rounds):
            for name, place in forms.items():
                figures, peak, seconds = program.run(place, sources[: options.passages], "--threads", 2)
                speeds[name].append(figures["texts_per_second"])
                memory[name].append(peak)
                cpu[name].append(seconds)
        for name in forms if options.rounds else ():
            emit(benchmark="model forms", form=name, processor=options.processor or "as it is", passages=options.passages, rounds=options.rounds,
                 passages_per_second=round(median(speeds[name]), 2), cpu_seconds=round(median(cpu[name]), 2), peak_mib=round(median(memory[name])))


if __name__ == "__main__":
    main()
