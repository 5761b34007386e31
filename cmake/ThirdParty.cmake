# Every outside library, as an imported target (imported targets are SYSTEM: their headers raise no warnings).
# Versions, licences and reasons: docs/DEPENDENCIES.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)

function(alcove_pkg target)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${ARGN})
endfunction()
alcove_pkg(sqlite3 sqlite3)
alcove_pkg(xapian xapian-core)
alcove_pkg(icu icu-uc icu-i18n)
alcove_pkg(poppler poppler-glib cairo glib-2.0 gio-2.0)
alcove_pkg(archive libarchive)
alcove_pkg(pugixml pugixml)
alcove_pkg(gumbo gumbo)
alcove_pkg(gmime gmime-3.0)
alcove_pkg(magic libmagic)
alcove_pkg(uchardet uchardet)
alcove_pkg(seccomp libseccomp)
alcove_pkg(sodium libsodium)
alcove_pkg(webp libwebp)
alcove_pkg(zstd libzstd)

function(alcove_plain_library target library header)
  find_library(${target}_path ${library} REQUIRED)
  find_path(${target}_include ${header} REQUIRED)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${target}_path}
                                             INTERFACE_INCLUDE_DIRECTORIES ${${target}_include})
endfunction()
alcove_plain_library(roaring roaring roaring/roaring.h)
alcove_plain_library(stemmer stemmer libstemmer.h)
alcove_plain_library(cld2 cld2 cld2/public/compact_lang_det.h)

# Header-only and prebuilt packages that tools/setup.sh unpacks, hash-checked, into third_party/.
set(ALCOVE_THIRD_PARTY ${PROJECT_SOURCE_DIR}/third_party CACHE PATH "Where the set-up put pinned packages")
add_library(simsimd INTERFACE IMPORTED GLOBAL)
set_target_properties(simsimd PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${ALCOVE_THIRD_PARTY}/simsimd/include)
set(ALCOVE_ONNXRUNTIME_LIBRARY ${ALCOVE_THIRD_PARTY}/onnxruntime/lib/libonnxruntime.so.1 CACHE FILEPATH
    "ONNX Runtime for the processor that is built for")
add_library(onnxruntime SHARED IMPORTED GLOBAL)
set_target_properties(onnxruntime PROPERTIES
  IMPORTED_LOCATION ${ALCOVE_ONNXRUNTIME_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${ALCOVE_THIRD_PARTY}/onnxruntime/include)
