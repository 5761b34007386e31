"""The change from one model to another, through the command line and the interface, with the real model under two names."""
import hashlib
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import threading

import pytest

from support.alcove import BIN, ROOT, Alcove, Problem, eventually

NAME, TWIN = "multilingual-e5-small", "twin-of-e5"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
INSTALLED = pathlib.Path(os.environ.get("ALCOVE_MODELS", CACHE / "alcove" / "models")) / NAME
TEXTS = 60


def link_model(models, name, **changes):
    """The installed model, without a second copy of its bytes, under a name of its own: to the server another model."""
    folder = models / name
    folder.mkdir(parents=True)
    for file in ("model.onnx", "tokenizer.bin"):
        try:
            os.link(INSTALLED / file, folder / file)
        except OSError:
            shutil.copyfile(INSTALLED / file, folder / file)
    text = (INSTALLED / "model.json").read_text()
    description = json.loads(text)
    if name != NAME or changes:
        text = json.dumps(description | {"name": name} | changes)
    (folder / "model.json").write_text(text)
    return folder


@pytest.fixture
def house(tmp_path):
    if not (INSTALLED / "model.json").exists():
        pytest.skip("the model is not installed")
    models = tmp_path / "models"
    link_model(models, NAME)
    link_model(models, TWIN)
    library = tmp_path / "library"
    library.mkdir()
    for number in range(TEXTS):
        (library / f"note-{number:02}.txt").write_text(f"The lighthouse keeper counted {number + 1} ships before it was dark.\n")
    with Alcove([library], arguments=["--models", str(models)]) as server:
        server.wait()
        yield server, library, models


def spaces(server):
    return {space["model"]: space for space in server.api("GET", "/status")["text_spaces"]}


def meant(server):
    return server.search("Who looked at boats in the evening?", mode="meaning", limit=20)


def model_of(answer):
    """The model of the first hit's reason."""
    reasons = [reason for hit in answer["hits"][:1] for reason in hit["reasons"]]
    return next((reason["model"] for reason in reasons if reason.get("model")), "")


def use_complete(server, name):
    server.cli("models", "use", name)
    server.wait()
    assert eventually(lambda: spaces(server).get(name, {}).get("phase") == "serving", 120)
    # The index follows in its next step.
    assert eventually(lambda: meant(server)["mode"] == "meaning", 20)


def test_another_model_takes_over_without_a_gap_and_can_be_taken_back(house):
    server, library, _ = house
    listed = {model["name"]: model for model in server.api("GET", "/models")["models"]}
    assert listed[TWIN]["state"] == "installed" and not listed[TWIN]["in_catalogue"]
    assert listed[NAME]["active"] and not listed[TWIN]["active"]
    assert listed[TWIN]["vectors_size"] == TEXTS * (2 * 384 + 12)
    assert len(meant(server)["hits"]) == 20

    answers, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            answers.append(meant(server))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        told = server.cli("models", "use", TWIN).stdout
        assert f"Vectors of {TWIN} are being built" in told or f"Searches use {TWIN}" in told
        server.wait()
        assert eventually(lambda: spaces(server)[TWIN]["phase"] == "serving", 120)
        assert eventually(lambda: model_of(answers[-1]) == TWIN, 30), answers[-1]
    finally:
        stop.set()
        asking.join()
    assert all(answer["mode"] == "meaning" and len(answer["hits"]) == 20 for answer in answers), "no question went without meaning"
    by_model = [model_of(answer) for answer in answers]
    assert by_model == sorted(by_model, key=[NAME, TWIN].index), "first the old one, then the new one"
    assert server.api("GET", "/status")["model"]["name"] == TWIN
    assert spaces(server)[NAME] | {"size": 0, "note": ""} == {
        "model": NAME, "phase": "kept", "next_model": "", "contents": TEXTS, "left": 0, "failed": 0, "size": 0, "note": ""}

    # What is new gets vectors of the model in use only; going back computes just that.
    (library / "late.txt").write_text("A captain wrote the names of his vessels into a book.\n")
    server.wait()
    runs = server.api("GET", "/status")["runs"]
    assert runs["text_vectors"] == TEXTS and runs["text_vectors_2"] == TEXTS + 1
    server.stop()
    server.start()
    assert spaces(server)[TWIN]["phase"] == "serving", "after a restart"
    assert "undo" in server.cli("models", "--help").stdout
    server.cli("models", "undo")
    server.wait()
    assert eventually(lambda: spaces(server)[NAME]["phase"] == "serving", 60)
    assert eventually(lambda: model_of(meant(server)) == NAME, 30)
    assert server.api("GET", "/status")["runs"]["text_vectors"] == TEXTS + 1
    assert any(hit["path"] == "late.txt" for hit in server.search("vessels of a captain", mode="meaning")["hits"])

    server.cli("models", "discard")
    assert eventually(lambda: TWIN not in spaces(server), 30)
    assert eventually(lambda: not (server.data / "indexes" / "text_vectors_2").exists(), 10)
    assert len(meant(server)["hits"]) == 20
    refused = server.cli("models", "undo", check=False)
    assert refused.returncode != 0 and "no change of models to undo" in refused.stderr


def test_a_building_is_stopped_goes_on_and_survives_kills(house):
    server, library, _ = house
    for number in range(200):
        (library / f"more-{number:03}.txt").write_text(f"In the year {number + 1700} the harbour was full of sails and barrels.\n" * 8)
    server.wait()
    server.cli("models", "use", TWIN)
    assert eventually(lambda: spaces(server)[TWIN]["contents"] > 10, 60)
    server.kill()
    server.start()
    assert spaces(server)[TWIN]["phase"] in ("building", "serving")
    server.cli("models", "stop")
    kept = spaces(server)[TWIN]
    if kept["phase"] == "kept":  # On a fast machine it was complete before.
        assert server.api("GET", "/status")["model"]["name"] in (NAME, "")
        assert eventually(lambda: spaces(server)[TWIN]["left"] == 0, 30)
    use_complete(server, TWIN)
    status = server.api("GET", "/status")
    assert status["tasks"]["failed"] == 0 and spaces(server)[TWIN]["contents"] == TEXTS + 200
    assert status["index"]["vectors_indexed"] == status["index"]["passages_indexed"]


def test_what_cannot_be_used_is_refused(house):
    server, _, models = house
    for name, status in (("nothing-of-the-kind", 404), ("..%2Fx", 404)):
        with pytest.raises(Problem) as problem:
            server.api("POST", f"/models/{name}/use")
        assert problem.value.status in (status, 400)
    link_model(models, "a-reranker", role="reranking")
    with pytest.raises(Problem) as problem:
        server.api("POST", "/models/a-reranker/use")
    assert problem.value.status == 412
    # A model that does not load says why, and the one in use goes on.
    broken = link_model(models, "broken")
    (broken / "model.onnx").unlink()
    (broken / "model.onnx").write_bytes(b"no model")
    assert server.cli("models", "verify", "broken", check=False).returncode != 0
    server.api("POST", "/models/broken/use")
    assert eventually(lambda: "damaged" in spaces(server)["broken"]["note"], 60), spaces(server)
    assert len(meant(server)["hits"]) == 20
    server.cli("models", "stop")
    server.cli("models", "discard")
    assert eventually(lambda: set(spaces(server)) == {NAME}, 60)


def run_tool(*arguments, check=True):
    result = subprocess.run([str(BIN / "alcove"), "models", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert not check or result.returncode == 0, result.stdout + result.stderr
    return result


def test_a_model_is_carried_to_a_machine_without_a_network(tmp_path):
    if not (INSTALLED / "model.json").exists():
        pytest.skip("the model is not installed")
    here, there = tmp_path / "here", tmp_path / "there"
    link_model(here, TWIN)
    package = tmp_path / "twin.alcove-model"
    run_tool("export", TWIN, package, "--models", here)
    run_tool("import", package, "--models", there)
    assert sorted(file.name for file in (there / TWIN).iterdir()) == ["model.json", "model.onnx", "tokenizer.bin"]
    assert (there / TWIN / "model.onnx").read_bytes() == (INSTALLED / "model.onnx").read_bytes()
    listed = {model["name"]: model for model in json.loads(run_tool("list", "--models", there, "--json").stdout)["models"]}
    assert listed[TWIN]["state"] == "installed" and listed[NAME]["state"] == "missing"
    run_tool("verify", TWIN, "--models", there)

    def refused(file, *words):
        result = run_tool("import", file, "--models", there, check=False)
        assert result.returncode != 0 and all(word in result.stderr for word in words), result.stderr
        assert not [path for path in there.iterdir() if path.name != TWIN], "nothing is left lying about"

    refused(tmp_path / "gone", "is not there")
    cut = tmp_path / "cut"
    cut.write_bytes(package.read_bytes()[: 40 << 20])
    refused(cut, "damaged")
    (tmp_path / "letter").write_text("Dear reader")
    refused(tmp_path / "letter", "neither a package")
    changed = bytearray(package.read_bytes())
    changed[50 << 20] ^= 1
    (tmp_path / "changed").write_bytes(changed)
    refused(tmp_path / "changed", "is not the file that model.json names")
    for kind, name in ((tarfile.SYMTYPE, "model.json"), (tarfile.REGTYPE, "../outside"), (tarfile.REGTYPE, "extra")):
        evil = tmp_path / "evil"
        with tarfile.open(evil, "w:") as archive:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        refused(evil, "does not belong")
    # Under the name of a model of the catalogue only that very model is taken.
    false = link_model(tmp_path / "false", NAME, tokens_max=256)
    run_tool("export", NAME, tmp_path / "false.alcove-model", "--models", false.parent)
    refused(tmp_path / "false.alcove-model", "is not the multilingual-e5-small of the catalogue")


def write_foreign_model(models, name, pooling, inputs=("input_ids", "attention_mask", "token_type_ids"), output="last_hidden_state"):
    """A text encoder as the usual tools export them, of a few kilobytes: each token has a random direction of its own."""
    numpy = pytest.importorskip("numpy")
    spec = importlib.util.spec_from_file_location("onnx_writer", ROOT / "tools" / "models" / "onnx_writer.py")
    onnx = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(onnx)
    graph = onnx.OnnxGraph(name)
    for each in inputs:
        graph.input(each, onnx.INT64, [1, "tokens"])
    kinds = graph.constant("kinds", numpy.array(4096, numpy.int64))
    table = graph.constant("table", numpy.random.default_rng(8420).standard_normal((4096, 64)).astype(numpy.float32))
    last, along, begin, nothing, loud = (graph.constant(called, numpy.array(value, kind)) for called, value, kind in (
        ("last", [2], numpy.int64), ("along", [1], numpy.int64), ("begin", 0, numpy.int64), ("nothing", 0, numpy.float32), ("loud", 1e6, numpy.float32)))
    states = graph.node("Gather", [table, graph.node("Mod", [inputs[0], kinds])])
    for each, operator in (("attention_mask", "Mul"), ("token_type_ids", "Add")):
        if each in inputs:
            column = graph.node("Unsqueeze", [graph.node("Cast", [each], to=onnx.FLOAT), last])
            states = graph.node(operator, [states, column])
    if pooling == "cls":  # As in a real encoder, the first token knows of all; the others know nothing of use.
        whole = graph.node("ReduceMean", [states, along], keepdims=1)
        others = graph.node("Cast", [graph.node("Greater", [inputs[0], begin])], to=onnx.FLOAT)
        noise = graph.node("Mul", [graph.node("Unsqueeze", [others, last]), loud])
        states = graph.node("Add", [graph.node("Add", [graph.node("Mul", [states, nothing]), whole]), noise])
    graph.node("Identity", [states], outputs=[output])
    graph.output(output, onnx.FLOAT, [1, "tokens", 64])
    folder = models / name
    folder.mkdir()
    shutil.copyfile(INSTALLED / "tokenizer.bin", folder / "tokenizer.bin")
    (folder / "model.onnx").write_bytes(graph.serialized("test"))
    description = {"name": name, "role": "text_embedding", "dimensions": 64, "tokens_max": 256, "pooling": pooling,
                   "prefixes": {"query": "", "passage": ""},
                   "files": {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in ("model.onnx", "tokenizer.bin")}}
    (folder / "model.json").write_text(json.dumps(description))


@pytest.mark.parametrize("pooling, inputs, output", [
    ("mean", ("input_ids", "attention_mask", "token_type_ids"), "last_hidden_state"),
    ("cls", ("input_ids", "attention_mask"), "token_embeddings")])
def test_an_encoder_as_others_export_it_is_used(house, pooling, inputs, output):
    server, library, models = house
    (library / "whale.txt").write_text("Moby Dick swam under Nantucket.\n")
    server.wait()
    write_foreign_model(models, "foreign", pooling, inputs, output)
    use_complete(server, "foreign")
    answer = server.search("Nantucket", mode="meaning")
    assert answer["hits"][0]["path"] == "whale.txt" and model_of(answer) == "foreign"
    assert server.api("GET", "/status")["index"]["vectors_indexed"] == TEXTS + 1


def test_a_model_that_is_no_text_encoder_is_refused_with_a_reason(house):
    server, _, models = house
    write_foreign_model(models, "pictures", "mean", ("pixel_values",))
    server.cli("models", "use", "pictures")
    assert eventually(lambda: "not a text encoder" in spaces(server)["pictures"]["note"], 60), spaces(server)
    assert model_of(meant(server)) == NAME
