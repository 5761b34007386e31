"""What a hostile file is made of, and what must become of it."""
import dataclasses
import pathlib
from collections.abc import Callable

# Every code that a stage, a member or a note may give; anything else is not explained to people.
CODES = frozenset("""
bomb broken_encoding damaged doctype_refused empty encrypted expanded_limit hidden_sheet hidden_slide
hidden_rows members_limit nesting_limit no_text not_a_file pages_limit passages_limit text_limit time_limit too_large
unreadable unreadable_pages unsupported_type unsupported_version
""".split())


@dataclasses.dataclass(frozen=True)
class Case:
    """One file, whose bytes `make` gives.

    `says`: at least one of these codes is given; empty: any of CODES, or none. `words`: found in its text or that of its members.
    `never`: not found there. `slow`: only with --long.
    `may_time_out`, `may_crash`: the library that reads it cannot be told to stop, or has a mistake that its
    interface gives no way around, so that the worker may be ended at the deadline or by a signal.
    """
    name: str
    make: Callable
    says: frozenset = frozenset()
    words: tuple = ()
    never: tuple = ()
    slow: bool = False
    may_time_out: bool = False
    may_crash: bool = False

    @property
    def may_end_worker(self):
        return self.may_time_out or self.may_crash

    def write(self, folder):
        path = pathlib.Path(folder) / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.make())
        return path


def case(name, make, says="", words="", never="", slow=False, may_time_out=False, may_crash=False):
    unknown = set(says.split()) - CODES
    assert not unknown, unknown
    return Case(name, make, frozenset(says.split()), tuple(words.split()), tuple(never.split()), slow or may_time_out, may_time_out, may_crash)
