#pragma once
/// @file
/// For tests: small PDFs in memory.

#include <string>
#include <vector>

namespace alcove::pdf {

/// A PDF of one page per content stream; readers rebuild the missing cross-reference table.
inline std::string make_pdf(const std::vector<std::string>& contents, const std::string& page_extra = "",
                            const std::string& objects = "", const std::string& catalog_extra = "") {
  std::string kids;
  std::string body;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const std::string page = std::to_string(10 + 2 * i);
    const std::string stream = std::to_string(11 + 2 * i);
    kids += page + " 0 R ";
    body += page + " 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 400]/Contents " + stream +
            " 0 R/Resources<</Font<</F 3 0 R>>>>" + page_extra + ">>endobj\n";
    body += stream + " 0 obj<</Length " + std::to_string(contents[i].size()) + ">>stream\n" + contents[i] +
            "\nendstream endobj\n";
  }
  return "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R" + catalog_extra + ">>endobj\n2 0 obj<</Type/Pages/Count " +
         std::to_string(contents.size()) + "/Kids[" + kids + "]>>endobj\n" +
         "3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
         "4 0 obj<</Title(A title)/Author(Ada)/CreationDate(D:20200203040506Z)>>endobj\n" +
         objects + body + "trailer<</Root 1 0 R/Info 4 0 R>>\n%%EOF\n";
}

}  // namespace alcove::pdf
