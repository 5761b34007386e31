# alcove_embed_text(<target> <file> <symbol>): the file's text as `extern const std::string_view <symbol>` in
# namespace alcove::embedded, declared in the generated header embedded/<symbol>.hpp.
function(alcove_embed_text target file symbol)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  file(READ ${CMAKE_CURRENT_SOURCE_DIR}/${file} text)
  file(CONFIGURE OUTPUT ${folder}/embedded/${symbol}.hpp @ONLY CONTENT
"#pragma once
#include <string_view>
namespace alcove::embedded {
extern const std::string_view ${symbol};
}
")
  string(CONFIGURE "#include \"embedded/${symbol}.hpp\"\nnamespace alcove::embedded {\nconst std::string_view ${symbol} = R\"alcove_sql(" head)
  file(WRITE ${folder}/${symbol}.cpp.new "${head}${text})alcove_sql\";\n}\n")
  file(COPY_FILE ${folder}/${symbol}.cpp.new ${folder}/${symbol}.cpp ONLY_IF_DIFFERENT)
  target_sources(${target} PRIVATE ${folder}/${symbol}.cpp)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
