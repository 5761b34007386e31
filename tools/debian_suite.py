#!/usr/bin/env python3
"""Prints an apt source line for another Debian suite, taken from the machine's own Debian source."""
import pathlib
import re
import sys


def sources():
    """Yields (uri, suites, signed_by) of every configured source, one-line and deb822 form."""
    lists = pathlib.Path("/etc/apt")
    for path in sorted(lists.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.M))
            for uri in fields.get("URIs", "").split():
                yield uri, fields.get("Suites", "").split(), fields.get("Signed-By", "")
    for path in [lists / "sources.list", *sorted(lists.glob("sources.list.d/*.list"))]:
        if not path.is_file():
            continue
        for line in path.read_text().splitlines():
            match = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s", line.strip() + " ")
            if match:
                signed = re.search(r"signed-by=(\S+)", match.group(1) or "")
                yield match.group(2), [match.group(3)], signed.group(1) if signed else ""


def main():
    wanted = sys.argv[1]
    for uri, suites, signed_by in sources():
        if "bookworm" in suites:
            key = signed_by or "/usr/share/keyrings/debian-archive-keyring.gpg"
            print(f"deb [signed-by={key}] {uri} {wanted} main")
            return
    sys.exit("debian_suite: no Debian 12 (bookworm) source is configured on this machine")


main()
