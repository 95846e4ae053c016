# What is borrowed; the reason for each stands in ARCHITECTURE.md.
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LWS REQUIRED IMPORTED_TARGET libwebsockets)

# msgpack-c: the packer is inline in the headers; only tests link the library.
find_path(MSGPACK_INCLUDE_DIR msgpack/pack.h REQUIRED)
find_library(MSGPACK_LIBRARY NAMES msgpackc msgpack-c)
add_library(msgpack_headers INTERFACE)
target_include_directories(msgpack_headers SYSTEM INTERFACE ${MSGPACK_INCLUDE_DIR})

# Node-API headers, for the agent: beside the node in use, or of the system.
find_program(NODE_EXECUTABLE NAMES node nodejs)
set(node_prefix "")
if(NODE_EXECUTABLE)
	execute_process(COMMAND ${NODE_EXECUTABLE} -p "require('path').dirname(require('path').dirname(process.execPath))"
		OUTPUT_VARIABLE node_prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
find_path(NODE_API_INCLUDE_DIR node_api.h HINTS ${node_prefix}/include/node PATH_SUFFIXES node REQUIRED)
