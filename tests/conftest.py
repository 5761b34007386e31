"""What every Python test shares: the --long switch and the folders."""
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tools"))


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run what takes hours")


@pytest.fixture(scope="session")
def long_run(request):
    return request.config.getoption("--long")


@pytest.fixture(scope="session")
def testdata():
    """The large shared data set; tests that need it skip where it is absent."""
    folder = pathlib.Path(os.environ.get("ALCOVE_TESTDATA", ROOT.parent / "shared" / "testdata"))
    if not folder.is_dir():
        pytest.skip("the shared test data is not here")
    return folder
