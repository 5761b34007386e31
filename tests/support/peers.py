"""What other programs read from the same files: pdftotext for PDF, LibreOffice for office documents and HTML, and the
order of the spine for e-books. A file's reading is its words, and where the format has places, the text of each."""
import collections
import html.parser
import pathlib
import posixpath
import re
import shutil
import subprocess
import urllib.parse
import xml.etree.ElementTree
import zipfile

TEXTS = ("docx", "doc", "odt", "rtf")
PAGES = ("html",)
SHEETS = ("xlsx", "xlsb", "xls", "ods")
SLIDES = ("pptx", "ppt", "odp")
FORMATS = ("pdf", *TEXTS, *PAGES, *SHEETS, *SLIDES, "epub")
CONVERT_TIMEOUT_S = 600

# LibreOffice's tokens: every sheet (-1), UTF-8 (76), tabs (9), cells as they are shown.
CSV = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,true,false,false,-1"
SLIDES_PDF = 'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"},"ExportNotesPages":{"type":"boolean","value":"true"}}'


class Reading:
    """`text`: everything. `places`: {page, slide, chapter number or sheet name: its text}; empty where the format has none.
    `more`: text that other parts repeat on every page, of which each word counts once."""

    def __init__(self, text, places=None, more=""):
        self.text, self.places, self.more = text, places or {}, more


def format_of(path):
    suffix = pathlib.Path(path).suffix.lower().lstrip(".")
    return {"htm": "html", "xhtml": "html"}.get(suffix, suffix)


def has_pdftotext():
    return shutil.which("pdftotext") is not None


def has_libreoffice():
    return shutil.which("soffice") is not None


def pdf_pages(path):
    """{page number: its text in reading order}; empty when it cannot be read."""
    result = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, timeout=CONVERT_TIMEOUT_S)
    pages = result.stdout.decode("utf-8", "replace").split("\f")[:-1]
    return {number: text for number, text in enumerate(pages, 1)}


def _convert(paths, target, folder):
    """Converts all files in one process; {path: [files made]}."""
    if not paths:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    command = ["soffice", f"-env:UserInstallation=file://{folder.parent.resolve()}/profile", "--headless", "--convert-to", target,
               "--outdir", str(folder), *map(str, paths)]
    subprocess.run(command, capture_output=True, timeout=CONVERT_TIMEOUT_S)
    suffix = target.split(":")[0]
    made = {path: sorted([*folder.glob(glob_quoted(path.stem) + "." + suffix), *folder.glob(glob_quoted(path.stem) + "-*." + suffix)])
            for path in paths}
    # "a-b.csv" is made of "a-b.ods", not of sheet "b" of "a.ods", when both are there.
    stems = {path.stem for path in paths}
    return {path: [file for file in files if file.stem == path.stem or not any(
        len(stem) > len(path.stem) and file.stem.startswith(stem + "-") for stem in stems)] for path, files in made.items()}


def glob_quoted(name):
    return re.sub(r"([*?\[])", r"[\1]", name)


def libreoffice(paths, scratch):
    """{path: Reading} of office documents and HTML; what it cannot read is left out."""
    by_format = collections.defaultdict(list)
    for path in paths:
        by_format[format_of(path)].append(path)
    readings = {}
    for name, files in by_format.items():
        folder = scratch / name
        if name in TEXTS or name in PAGES:
            plain = _convert(files, "txt:Text (encoded):UTF8", folder / "txt")
            # The plain text has no headers, footers and text boxes; the printed one repeats them on every page.
            printed = _convert(files, "pdf:writer_pdf_Export", folder / "pdf") if name in TEXTS else {}
            for path in files:
                if plain.get(path):
                    more = "\n".join(pdf_pages(printed[path][0]).values()) if printed.get(path) else ""
                    readings[path] = Reading(plain[path][0].read_text(encoding="utf-8-sig", errors="replace"), more=more)
        elif name in SLIDES:
            for path, made in _convert(files, SLIDES_PDF, folder / "pdf").items():
                if made:
                    pages = pdf_pages(made[0])
                    slides = {number: text for number, text in pages.items() if number <= len(pages) // 2}
                    # Printed notes carry the day of printing and the page's number.
                    notes = "\n".join(line for number, text in pages.items() if number not in slides
                                      for line in text.splitlines() if not re.fullmatch(r"[\d/. ]*", line))
                    readings[path] = Reading("\n".join(slides.values()), slides, notes)
        elif name in SHEETS:
            for path, made in _convert(files, CSV, folder / "csv").items():
                sheets = {file.stem[len(path.stem) + 1:]: file.read_text(encoding="utf-8-sig", errors="replace") for file in made}
                if sheets:
                    readings[path] = Reading("\n".join(sheets.values()), sheets)
    return readings


class _Words(html.parser.HTMLParser):
    BLOCKS = {"p", "div", "li", "td", "th", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "pre", "blockquote", "hr"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.silent = [], 0

    def handle_starttag(self, tag, attributes):
        self.silent += tag in ("script", "style", "head")
        if tag in self.BLOCKS:
            self.text.append("\n")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "head")
        if tag in self.BLOCKS:
            self.text.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.text.append(data)


def epub(path):
    """The chapters in the order of the spine."""
    def named(element, name):
        return [node for node in element.iter() if node.tag.rsplit("}", 1)[-1] == name]

    with zipfile.ZipFile(path) as archive:
        container = xml.etree.ElementTree.fromstring(archive.read("META-INF/container.xml"))
        package_name = named(container, "rootfile")[0].get("full-path")
        package = xml.etree.ElementTree.fromstring(archive.read(package_name))
        items = {node.get("id"): node.get("href") for node in named(package, "item")}
        chapters = {}
        for number, reference in enumerate(named(package, "itemref"), 1):
            href = urllib.parse.unquote(items[reference.get("idref")])
            words = _Words()
            words.feed(archive.read(posixpath.normpath(posixpath.join(posixpath.dirname(package_name), href))).decode("utf-8", "replace"))
            chapters[number] = "".join(words.text)
    return Reading("\n".join(chapters.values()), chapters)


def read(paths, scratch):
    """{path: Reading} by the peers that are installed."""
    readings = {}
    for path in paths:
        if format_of(path) == "epub":
            readings[path] = epub(path)
        elif format_of(path) == "pdf" and has_pdftotext():
            pages = pdf_pages(path)
            readings[path] = Reading("\n".join(pages.values()), pages)
    if has_libreoffice() and has_pdftotext():
        readings.update(libreoffice([path for path in paths if format_of(path) in (*TEXTS, *PAGES, *SHEETS, *SLIDES)], scratch))
    return readings
