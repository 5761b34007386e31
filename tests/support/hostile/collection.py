"""All cases by the folder that they are written to."""
from . import archives, documents, ole, pdf, quine, zips

GROUPS = {"archives": archives.cases, "documents": documents.cases, "ole": ole.cases, "pdf": pdf.cases}


def all_cases(long_run):
    return [(group, each) for group, cases in GROUPS.items() for each in cases() if long_run or not each.slow]


def small_files(folder):
    """A small whole file of every format that is read: the fuzzers' seeds, and what those lack. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = [seed for seed in sorted(ole.SEEDS.glob("*/*.*")) if seed.suffix != ".bin"]
    # The parser of plain JSON and the tokenizer have seeds of their own, which are no documents, and those of all stages begin with a choice.
    # Damaged names of attachments meet the mistake of poppler's that the case named_but_not_embedded.pdf shows.
    paths = [seed for seed in seeds if seed.parent.name not in ("json_fuzz", "passages_fuzz", "stages_fuzz") and seed.name != "actions.pdf"]
    made = {"page.pdf": pdf.pdf(pdf.page()), "members.zip": zips.zip_of([zips.deflated(b"a.txt", b"marigold " * 20), zips.stored(b"b.txt", b"foxglove")]), "inside.7z": archives.seven_zip(archives.GOOD),
            "inside.rar": archives.rar5(8, b"marigold"), "inside.gz": quine.gzip_quine(), "attached.eml": documents.encoded_in_encoded(1)}
    for name, content in made.items():
        (folder / name).write_bytes(content)
        paths.append(folder / name)
    return paths
