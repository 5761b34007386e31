"""One program for every x86-64: nothing that an older processor lacks is executed, and the figures stay those of a new one."""
import pytest
from emulation import TEXTS, emulator, nearest_of_each, run, run_unit_tests, serve_emulated, vectors
from support.alcove import BIN

# The first x86-64 there was; SSSE3 and SSE4 (as the Celerons of many a NAS); AVX without AVX2; AVX2 without VNNI.
PROCESSORS = {"qemu64": "portable", "Nehalem": "SSSE3", "SandyBridge": "SSSE3", "Haswell": "AVX2"}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return vectors([], BIN / "alcove_bench_embedding", tmp_path_factory.mktemp("vectors") / "here")


@pytest.mark.parametrize("processor", PROCESSORS)
def test_kernels_compute_the_same(processor):
    prefix = emulator("qemu-x86_64", "-cpu", processor)
    run_unit_tests(prefix, BIN / "alcove_workers_models_test", "BlockLinear.*", "AddNorm.*", "Attention.SurvivesScoresThatAreFarApart")
    run_unit_tests(prefix, BIN / "alcove_drivers_vectors_test", "Dot.*")


@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_model_makes_the_same_vectors(processor, here, tmp_path):
    prefix = emulator("qemu-x86_64", "-cpu", processor)
    texts = TEXTS[:1] if processor == "Haswell" else TEXTS  # QEMU is slow with wide registers.
    there = vectors(prefix, BIN / "alcove_bench_embedding", tmp_path / "there", texts)
    assert nearest_of_each(there, here[:len(texts)]) >= 0.999


@pytest.mark.parametrize("processor", ["qemu64", "Nehalem"])
def test_the_command_line_answers(processor):
    prefix = emulator("qemu-x86_64", "-cpu", processor)
    assert run([*prefix, BIN / "alcove", "--version"]).stdout.strip()
    assert "serve" in run([*prefix, BIN / "alcove", "--help"]).stdout


def test_the_whole_product_runs_and_says_what_it_computes_with(tmp_path):
    prefix = emulator("qemu-x86_64", "-cpu", "Nehalem")
    (tmp_path / "library").mkdir()
    status, said, findings = serve_emulated(prefix, BIN, tmp_path / "library", tmp_path)
    model = next(worker for worker in status["workers"] if worker["role"] == "model")
    assert model["instructions"] == PROCESSORS["Nehalem"]
    assert said["processor", "ok"].endswith("portable")
    # The emulator knows neither filters nor Landlock; nobody may believe that the worker is confined by them.
    unconfined = [finding["text"] for finding in findings if finding["area"] == "model worker" and finding["level"] == "warning"]
    assert any("seccomp" in text for text in unconfined) and any("landlock" in text for text in unconfined), findings
