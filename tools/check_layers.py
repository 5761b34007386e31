#!/usr/bin/env python3
"""Checks every #include of src/ against tools/layers.json. Prints each breach as FILE:LINE: reason."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def room(path):
    """'domain/search' of domain/search/query.hpp; 'base' of base/error.hpp."""
    parts = path.split("/")
    return parts[0] if parts[0] in ("base", "wire") else "/".join(parts[:2])


def breaches(source_root=ROOT / "src", table=None):
    table = table or json.loads((ROOT / "tools" / "layers.json").read_text())
    found = []
    for path in sorted(source_root.rglob("*.[ch]pp")):
        relative = path.relative_to(source_root).as_posix()
        here, layer = room(relative), relative.split("/")[0]
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match.group(2)
            reason = judge(here, layer, name, table, source_root)
            if reason:
                found.append(f"src/{relative}:{number}: {reason}")
    return found


def judge(here, layer, name, table, source_root):
    target_layer = name.split("/")[0]
    if target_layer in table["layers"] and (source_root / target_layer).is_dir() and "/" in name:
        there = room(name)
        if there == here or (layer == target_layer == "workers") or (layer == target_layer == "app"):
            return None
        for order in ("drivers_order", "domain_order"):
            kind = order.split("_")[0]
            if layer == target_layer == kind:
                names = table[order]
                mine, other = here.split("/")[1], there.split("/")[1]
                if mine not in names or other not in names:
                    return f"{mine if mine not in names else other} is missing in {order} of tools/layers.json"
                return None if names.index(other) < names.index(mine) else f"{here} may not use {there}: it comes later in {order}"
        if layer == target_layer:
            return None
        allowed = table["layers"][layer]
        return None if target_layer in allowed or there in allowed else f"{here} may not use {there}"
    for prefix, rooms in table["third_party"].items():
        if name.startswith(prefix):
            allowed = any(here == permitted for permitted in rooms)
            return None if allowed else f"<{name}> belongs to {', '.join(rooms)}, not {here}"
    return None


def main():
    found = breaches()
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
