# libinspmort: the container, the protocol's words and the converters as one shared library, for
# programs of others that read crash files. The command links the static parts.
find_package(Threads REQUIRED)
add_library(libinspmort SHARED format/version.c $<TARGET_OBJECTS:ipm_base>
	$<TARGET_OBJECTS:ipm_format> $<TARGET_OBJECTS:ipm_cdp> $<TARGET_OBJECTS:ipm_convert>)
target_include_directories(libinspmort PRIVATE base format)
target_link_libraries(libinspmort PRIVATE PkgConfig::ZSTD Threads::Threads m)
set_target_properties(libinspmort PROPERTIES
	OUTPUT_NAME inspmort
	LINKER_LANGUAGE C
	VERSION ${PROJECT_VERSION}
	SOVERSION 0
	EXPORT_NAME inspmort
	LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
# Exactly what the public headers mark with IPM_API goes out.
target_link_options(libinspmort PRIVATE -Wl,--exclude-libs,ALL)
target_include_directories(libinspmort INTERFACE
	$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/inspmort>)

set(public_headers base/ipm_base.h format/ipm_model.h format/ipm_reader.h format/ipm_repair.h
	format/ipm_writer.h convert/ipm_convert.h)
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/inspmort)
install(TARGETS libinspmort EXPORT inspmort LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/inspmort)
install(EXPORT inspmort NAMESPACE inspmort:: FILE inspmortConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/inspmortConfigVersion.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/inspmortConfigVersion.cmake DESTINATION ${package_dir})

# From lib/pkgconfig, or lib/<machine>/pkgconfig, back to the prefix.
file(RELATIVE_PATH PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
string(REGEX REPLACE "/$" "" PC_PREFIX "${PC_PREFIX}")
configure_file(cmake/inspmort.pc.in ${PROJECT_BINARY_DIR}/inspmort.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/inspmort.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES docs/man/inspmort.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES spec/inspmort.md spec/inspmort.magic spec/reader.mjs
	DESTINATION ${CMAKE_INSTALL_DOCDIR}/spec)
