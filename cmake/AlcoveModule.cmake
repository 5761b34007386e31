# One call declares a module: a folder of src/ with its sources, tests, fuzzers and benchmarks.
#
#   alcove_module(files
#     LAYER      domain             # base, wire, drivers, workers, domain, surface or app
#     SOURCES    publish.cpp        # listed, never globbed
#     HEADERS    publish.hpp
#     USES       base drivers/os    # other modules, as LAYER/NAME (base and wire by name alone)
#     LINKS      PkgConfig::sqlite3 # third-party targets, private to this module
#     TESTS      publish_test.cpp   # GoogleTest; one executable per module
#     TEST_USES  drivers/sqlite     # modules only the tests need
#     FUZZERS    publish_fuzz.cpp   # libFuzzer; one executable per file
#     BENCHMARKS publish_bench.cpp) # Google Benchmark; one executable per file
#
# The library is alcove_<layer>_<name> (base and wire: alcove_<name>).

function(alcove_target_name out module)
  string(REPLACE "/" "_" flat "${module}")
  set(${out} "alcove_${flat}" PARENT_SCOPE)
endfunction()

function(alcove_module name)
  cmake_parse_arguments(ARG "" "LAYER" "SOURCES;HEADERS;USES;LINKS;TESTS;TEST_USES;FUZZERS;BENCHMARKS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "alcove_module(${name}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(ARG_LAYER STREQUAL name)
    alcove_target_name(target "${name}")
  else()
    alcove_target_name(target "${ARG_LAYER}/${name}")
  endif()

  add_library(${target} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
  target_link_libraries(${target} PUBLIC alcove_flags fmt::fmt PRIVATE ${ARG_LINKS})
  foreach(used IN LISTS ARG_USES)
    alcove_target_name(used_target "${used}")
    target_link_libraries(${target} PUBLIC ${used_target})
  endforeach()

  if(ALCOVE_TESTS AND ARG_TESTS)
    add_executable(${target}_test ${ARG_TESTS})
    target_link_libraries(${target}_test PRIVATE ${target} alcove_flags GTest::gmock_main ${ARG_LINKS})
    foreach(used IN LISTS ARG_TEST_USES)
      alcove_target_name(used_target "${used}")
      target_link_libraries(${target}_test PRIVATE ${used_target})
    endforeach()
    target_compile_definitions(${target}_test PRIVATE ALCOVE_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                      ALCOVE_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME unit/${target} COMMAND ${target}_test)
    set_tests_properties(unit/${target} PROPERTIES LABELS unit TIMEOUT 300)
  endif()

  if(ALCOVE_FUZZERS)
    foreach(source IN LISTS ARG_FUZZERS)
      get_filename_component(stem ${source} NAME_WE)
      add_executable(${target}_${stem} ${source})
      target_link_libraries(${target}_${stem} PRIVATE ${target} alcove_flags)
      target_link_options(${target}_${stem} PRIVATE -fsanitize=fuzzer)
      set_property(GLOBAL APPEND PROPERTY ALCOVE_FUZZER_TARGETS ${target}_${stem})
    endforeach()
  elseif(ALCOVE_TESTS)
    # Without libFuzzer each fuzzer runs its seeds once through a plain main, so that it cannot rot.
    foreach(source IN LISTS ARG_FUZZERS)
      get_filename_component(stem ${source} NAME_WE)
      add_executable(${target}_${stem} ${source} ${PROJECT_SOURCE_DIR}/tests/support/fuzz_seed_main.cpp)
      target_link_libraries(${target}_${stem} PRIVATE ${target} alcove_flags)
      add_test(NAME fuzz_smoke/${target}_${stem} COMMAND ${target}_${stem} ${PROJECT_SOURCE_DIR}/tests/data/fuzz/${stem})
      set_tests_properties(fuzz_smoke/${target}_${stem} PROPERTIES LABELS fuzz_smoke TIMEOUT 120)
    endforeach()
  endif()

  if(ALCOVE_TESTS)
    foreach(source IN LISTS ARG_BENCHMARKS)
      get_filename_component(stem ${source} NAME_WE)
      add_executable(${target}_${stem} ${source})
      target_link_libraries(${target}_${stem} PRIVATE ${target} alcove_flags benchmark::benchmark_main)
      add_test(NAME bench_smoke/${target}_${stem} COMMAND ${target}_${stem} --benchmark_min_time=0.001)
      set_tests_properties(bench_smoke/${target}_${stem} PROPERTIES LABELS bench_smoke TIMEOUT 120)
    endforeach()
  endif()
endfunction()
