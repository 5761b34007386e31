"""The same source for 64-bit ARM: cross-built, and run under emulation. With --long only: it fetches and builds much."""
import subprocess

import pytest
from emulation import emulator, nearest_of_each, run_unit_tests, serve_emulated, vectors
from support.alcove import BIN, ROOT

ARM = ROOT / "build" / "aarch64" / "bin"
LIBRARIES = ROOT / "third_party" / "aarch64" / "root"
# With the dot product of bytes (Raspberry Pi 5, most NAS boards since 2020) and without it (Raspberry Pi 4).
PROCESSORS = {"max": "NEON dot product", "cortex-a72": "portable"}


def build(*targets):
    result = subprocess.run([ROOT / "tools" / "aarch64.sh", *targets], capture_output=True, text=True, timeout=3600, check=False)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


@pytest.fixture(autouse=True)
def only_when_long(long_run):
    if not long_run:
        pytest.skip("fetches and builds everything for another architecture; runs with --long")


@pytest.fixture
def kernels(only_when_long):
    build("alcove_workers_models_test", "alcove_drivers_vectors_test", "alcove_bench_embedding")


@pytest.mark.parametrize("processor", PROCESSORS)
def test_kernels_and_the_model_compute_the_same(processor, kernels, tmp_path):
    prefix = emulator("qemu-aarch64", "-cpu", processor, "-L", LIBRARIES)
    run_unit_tests(prefix, ARM / "alcove_workers_models_test", "BlockLinear.*", "AddNorm.*", "Attention.SurvivesScoresThatAreFarApart")
    run_unit_tests(prefix, ARM / "alcove_drivers_vectors_test", "Dot.*")
    here = vectors([], BIN / "alcove_bench_embedding", tmp_path / "here")
    there = vectors(prefix, ARM / "alcove_bench_embedding", tmp_path / "there")
    assert nearest_of_each(there, here) >= 0.999


def test_the_whole_product_builds_and_runs(tmp_path):
    build("alcove", "alcove-worker")
    (tmp_path / "library").mkdir()
    status, said, _ = serve_emulated(emulator("qemu-aarch64", "-cpu", "max", "-L", LIBRARIES), ARM, tmp_path / "library", tmp_path)
    model = next(worker for worker in status["workers"] if worker["role"] == "model")
    assert model["instructions"] == PROCESSORS["max"]
    assert said["processor", "ok"].endswith("NEON dot product")
