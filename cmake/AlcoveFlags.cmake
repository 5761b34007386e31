# Compiler settings that every target of ours shares.
add_library(alcove_flags INTERFACE)
target_include_directories(alcove_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(alcove_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wformat=2
  -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Wmissing-declarations -Wundef -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${ALCOVE_WARNINGS_AS_ERRORS}>:-Werror>
  -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(alcove_flags INTERFACE -U_FORTIFY_SOURCE)
  if(NOT ALCOVE_SANITIZE)
    target_compile_definitions(alcove_flags INTERFACE _FORTIFY_SOURCE=2)
  endif()
endif()
target_link_options(alcove_flags INTERFACE -Wl,-z,relro -Wl,-z,now $<$<CXX_COMPILER_ID:Clang>:-fuse-ld=lld>)
if(ALCOVE_ASSERTIONS)
  target_compile_definitions(alcove_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(ALCOVE_SANITIZE)
  target_compile_options(alcove_flags INTERFACE -fsanitize=${ALCOVE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(alcove_flags INTERFACE -fsanitize=${ALCOVE_SANITIZE})
endif()
if(ALCOVE_FUZZERS)
  target_compile_options(alcove_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(ALCOVE_COVERAGE)
  target_compile_options(alcove_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(alcove_flags INTERFACE -fprofile-instr-generate)
endif()
# Debug information is for people reading a crash: line tables are enough and halve the objects.
string(REPLACE "-g" "-gline-tables-only" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
if(NOT ALCOVE_SANITIZE)  # A generator expression cannot hold the comma of "address,undefined".
  add_link_options(-pie)
endif()
