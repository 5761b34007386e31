#include "workers/decode/pdf/marks.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::pdf {
namespace {

using wire::BlockKind;
using wire::Box;

/// Boxes of annotations and fields come in points from the lower left corner.
Box upright(const PopplerRectangle& area, PageSize size) {
  return {fraction(std::min(area.x1, area.x2), size.width),
          fraction(size.height - std::max(area.y1, area.y2), size.height),
          fraction(std::max(area.x1, area.x2), size.width),
          fraction(size.height - std::min(area.y1, area.y2), size.height)};
}

std::string owned(char* text) {
  const Text owner(text);
  return text == nullptr ? std::string() : std::string(text);
}

void add_annotations(PopplerPage* page, PageSize size, std::vector<Mark>& out) {
  GList* const list = poppler_page_get_annot_mapping(page);
  for (GList* item = list; item != nullptr; item = item->next) {
    const auto* mapping = static_cast<PopplerAnnotMapping*>(item->data);
    const PopplerAnnotType type = poppler_annot_get_annot_type(mapping->annot);
    if (type == POPPLER_ANNOT_LINK || type == POPPLER_ANNOT_WIDGET || type == POPPLER_ANNOT_POPUP) {
      continue;
    }
    std::string contents = owned(poppler_annot_get_contents(mapping->annot));
    if (!trimmed(contents).empty()) {
      out.push_back({BlockKind::kComment, std::move(contents), upright(mapping->area, size)});
    }
  }
  poppler_page_free_annot_mapping(list);
}

std::string chosen_items(PopplerFormField* field) {
  std::string out;
  for (gint i = 0; i < poppler_form_field_choice_get_n_items(field); ++i) {
    if (poppler_form_field_choice_is_item_selected(field, i) != FALSE) {
      out += (out.empty() ? "" : ", ") + owned(poppler_form_field_choice_get_item(field, i));
    }
  }
  return out;
}

std::string value_of(PopplerFormField* field) {
  switch (poppler_form_field_get_field_type(field)) {
    case POPPLER_FORM_FIELD_TEXT:
      return poppler_form_field_text_is_password(field) != FALSE ? std::string()
                                                                 : owned(poppler_form_field_text_get_text(field));
    case POPPLER_FORM_FIELD_CHOICE: return chosen_items(field);
    case POPPLER_FORM_FIELD_BUTTON: {
      const bool pushed = poppler_form_field_button_get_button_type(field) == POPPLER_FORM_BUTTON_PUSH;
      return !pushed && poppler_form_field_button_get_state(field) != FALSE ? "\u2713" : "";
    }
    default: return {};
  }
}

/// What the form calls the field for people, else its inner name without the index that forms append ("city[0]").
std::string name_of(PopplerFormField* field) {
  std::string name = owned(poppler_form_field_get_alternate_ui_name(field));
  if (trimmed(name).empty()) {
    name = owned(poppler_form_field_get_partial_name(field));
    name.resize(std::min(name.find('['), name.size()));
  }
  return std::string(trimmed(name));
}

void add_fields(PopplerPage* page, PageSize size, std::vector<Mark>& out) {
  GList* const list = poppler_page_get_form_field_mapping(page);
  for (GList* item = list; item != nullptr; item = item->next) {
    const auto* mapping = static_cast<PopplerFormFieldMapping*>(item->data);
    const std::string value = value_of(mapping->field);
    if (!trimmed(value).empty()) {
      const std::string name = name_of(mapping->field);
      out.push_back({BlockKind::kFormField, name.empty() ? value : fmt::format("{}: {}", name, value),
                     upright(mapping->area, size)});
    }
  }
  poppler_page_free_form_field_mapping(list);
}

}  // namespace

std::vector<Mark> page_marks(PopplerPage* page, PageSize size) {
  std::vector<Mark> out;
  add_annotations(page, size, out);
  add_fields(page, size, out);
  // Poppler lists them in no order that a reader would know.
  std::ranges::sort(out, {}, [](const Mark& mark) { return std::tie(mark.box.y0, mark.box.x0, mark.text); });
  return out;
}

}  // namespace alcove::pdf
