#include <cairo.h>
#include <webp/encode.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "workers/decode/pdf/document.hpp"
#include "workers/decode/pdf/pdf.hpp"

namespace alcove::pdf {
namespace {

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyPen {
  void operator()(cairo_t* pen) const { cairo_destroy(pen); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;
using Pen = std::unique_ptr<cairo_t, DestroyPen>;

constexpr float kWebpQuality = 80;

/// A page drawn on white at `scale` of its points.
Surface draw(PopplerPage* page, int width_px, int height_px, double scale) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_px, height_px));
  const Pen pen(cairo_create(surface.get()));
  cairo_set_source_rgb(pen.get(), 1, 1, 1);
  cairo_paint(pen.get());
  cairo_scale(pen.get(), scale, scale);
  poppler_page_render(page, pen.get());
  cairo_surface_flush(surface.get());
  return cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS ? std::move(surface) : nullptr;
}

/// A page of one word in a font that is not embedded and one of a predefined CMap: drawing it makes poppler and
/// fontconfig load everything they would otherwise look for in the confined worker.
constexpr std::string_view kWarmUpPdf = R"(%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>endobj
4 0 obj<</Length 69>>stream
BT /F1 12 Tf 10 50 Td (Alcove) Tj /F2 12 Tf 0 -20 Td <82A0> Tj ET    
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
6 0 obj<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/90ms-RKSJ-H/DescendantFonts[7 0 R]>>endobj
7 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor 8 0 R>>endobj
8 0 obj<</Type/FontDescriptor/FontName/HeiseiMin-W3/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>endobj
trailer<</Root 1 0 R>>
%%EOF
)";

}  // namespace

Result<wire::ThumbnailArtefact> draw_first_page(const input::ByteSource& source, unsigned side_px_max) {
  OpenProblem problem = OpenProblem::kNone;
  const Document document = open_document(source, problem);
  const Page page(document == nullptr || poppler_document_get_n_pages(document.get()) < 1
                      ? nullptr
                      : poppler_document_get_page(document.get(), 0));
  if (page == nullptr) {
    return fail(ErrorCode::kCorrupt, "The first page cannot be drawn");
  }
  double width = 0;
  double height = 0;
  poppler_page_get_size(page.get(), &width, &height);
  const double longer = std::max(width, height);
  if (!(std::min(width, height) > 0) || !std::isfinite(longer)) {
    return fail(ErrorCode::kCorrupt, "The first page has no size");
  }
  // Only the scale shrinks or grows, so a page of any size makes a picture of at most side × side pixels.
  const double scale = side_px_max / longer;
  const int width_px = std::max(static_cast<int>(std::lround(width * scale)), 1);
  const int height_px = std::max(static_cast<int>(std::lround(height * scale)), 1);
  const Surface surface = draw(page.get(), width_px, height_px, scale);
  if (surface == nullptr) {
    return fail(ErrorCode::kCorrupt, "The first page cannot be drawn");
  }
  std::uint8_t* encoded = nullptr;
  const std::size_t size = WebPEncodeBGRA(cairo_image_surface_get_data(surface.get()), width_px, height_px,
                                          cairo_image_surface_get_stride(surface.get()), kWebpQuality, &encoded);
  wire::ThumbnailArtefact thumbnail;
  if (size > 0) {
    thumbnail.webp.assign(encoded, encoded + size);
  }
  WebPFree(encoded);
  if (size == 0) {
    return fail(ErrorCode::kInternal, "The picture of the first page cannot be stored");
  }
  thumbnail.width_px = static_cast<std::uint32_t>(width_px);
  thumbnail.height_px = static_cast<std::uint32_t>(height_px);
  return thumbnail;
}

Status prepare() {
  const auto source = input::ByteSource::from_bytes(as_bytes(kWarmUpPdf));
  constexpr unsigned kWarmUpSidePx = 64;
  ALCOVE_TRY_VOID(draw_first_page(source, kWarmUpSidePx));
  wire::DecodeLimits limits;
  input::TextCollector collector(limits);
  const input::Verdict verdict = read_pdf(source, collector);
  return verdict.outcome == wire::StageOutcome::kDone
             ? Status()
             : Status(fail(ErrorCode::kInternal, "The PDF reader does not work on this machine", verdict.reason));
}

}  // namespace alcove::pdf
