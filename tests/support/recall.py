"""How much of what a peer reads from a file the product reads, too, and whether it says the same place (`support.peers`)."""
import collections
import random
import re
import unicodedata

SEED = 8420
PHRASE_WORDS = 5
PHRASE_WORDS_MIN = 3
PHRASES_A_PLACE = 40
# Scripts written without spaces: every character is a word.
DENSE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W_]+")


def words(text):
    """Folded words. Marks that only direct, hyphenate or accent a letter that is there without them count for nothing."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf", "Mc"))
    return WORD.findall(DENSE.sub(lambda match: f" {match.group()} ", text))


def _joined(sequence, length):
    return collections.Counter("".join(sequence[at:at + length]) for at in range(len(sequence) - length + 1))


def missing_words(peer, ours, more=()):
    """The peer's words that we lack, with how often. `more`: words of which one each is enough.

    A hyphen at a line's end, a label glued to its text and letters set apart are read in one word or in two; when the
    joined letters agree the words count as found."""
    wanted = collections.Counter(peer)
    for word in set(more):
        wanted[word] = max(wanted[word], 1)
    have = collections.Counter(ours)
    lacking = wanted - have
    if not lacking:
        return lacking
    surplus = have - wanted
    for length in (2, 3):
        ours_joined = _joined(ours, length)
        for word in list(lacking):
            lacking[word] -= min(lacking[word], ours_joined[word])
        for sequence, left in ((peer, surplus), (more, have)):
            for at in range(len(sequence) - length + 1):
                part = sequence[at:at + length]
                if any(lacking[word] > 0 for word in part) and left["".join(part)] > 0:
                    left["".join(part)] -= sequence is peer
                    for word in part:
                        lacking[word] = max(0, lacking[word] - 1)
    return +lacking


def word_count(peer, more=()):
    wanted = collections.Counter(peer)
    for word in set(more):
        wanted[word] = max(wanted[word], 1)
    return wanted.total()


def unique_phrases(places, within):
    """[(words, place)] of word sequences that the peer has once in the whole document; at most so many of each place.
    `within` cuts a place's text into what both read in the same order: lines, paragraphs."""
    pieces = {place: [words(piece) for piece in within(text)] for place, text in places.items()}
    candidates, seen = {}, collections.Counter()
    for place, sequences in pieces.items():
        found = [tuple(sequence[at:at + PHRASE_WORDS]) for sequence in sequences for at in range(len(sequence) - PHRASE_WORDS + 1)]
        # A short line is a phrase as a whole.
        found += [tuple(sequence) for sequence in sequences if PHRASE_WORDS_MIN <= len(sequence) < PHRASE_WORDS]
        seen.update(found)
        candidates[place] = found
    phrases = []
    for place, found in candidates.items():
        once = [phrase for phrase in found if seen[phrase] == 1]
        phrases += [(phrase, place) for phrase in random.Random(SEED).sample(once, min(PHRASES_A_PLACE, len(once)))]
    return phrases


def places_of(phrase, passages):
    """The places of the passages [(text as " a b c ", place)] that hold the phrase; joined letters agree, too."""
    spaced = " " + " ".join(phrase) + " "
    found = {place for text, place in passages if spaced in text}
    if not found:
        dense = "".join(phrase)
        found = {place for text, place in passages if dense in text.replace(" ", "")}
    return found


class Comparison:
    """One file against its peer. `lacking`: words with how often; `misplaced`: [(phrase, peer's place, ours)]; `absent`: phrases
    that stand in no passage of ours, `told`: those that do. `excused`: words that the peer alone has, for a reason."""

    def __init__(self, reading, passages, place_of, within, excused=()):
        ours = words("\n".join(passage["text"] for passage in passages))
        peer = [word for word in words(reading.text) if word not in excused]
        more = [word for word in words(reading.more) if word not in excused]
        self.lacking = missing_words(peer, ours, more)
        self.word_count = word_count(peer, more)
        spaced = [(" " + " ".join(words(passage["text"])) + " ", place_of(passage["place"])) for passage in passages]
        self.told, self.misplaced, self.absent = 0, [], []
        for phrase, place in unique_phrases(reading.places, within):
            found = places_of(phrase, spaced)
            if excused and not set(excused).isdisjoint(phrase):
                continue
            if not found:
                self.absent.append((" ".join(phrase), place))
                continue
            self.told += 1
            if place not in found:
                self.misplaced.append((" ".join(phrase), place, sorted(map(str, found))))

    @property
    def recall(self):
        return 1 - self.lacking.total() / self.word_count if self.word_count else 1.0


class Tally:
    """The sums of one format."""

    def __init__(self):
        self.files = self.words = self.lacking = self.told = self.misplaced = self.absent = 0

    def add(self, comparison):
        self.files += 1
        self.words += comparison.word_count
        self.lacking += comparison.lacking.total()
        self.told += comparison.told
        self.misplaced += len(comparison.misplaced)
        self.absent += len(comparison.absent)

    @property
    def recall(self):
        return 1 - self.lacking / self.words if self.words else 1.0

    @property
    def right_places(self):
        return 1 - self.misplaced / self.told if self.told else 1.0

    @property
    def found_phrases(self):
        return self.told / (self.told + self.absent) if self.told + self.absent else 1.0


def place_reader(name):
    """Of a passage's place, what the peer of this format calls a place."""
    key = {"pdf": "page", "epub": "chapter", "pptx": "slide", "ppt": "slide", "odp": "slide"}.get(name, "sheet")
    return lambda place: place.get(key)
