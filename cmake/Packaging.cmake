# `cpack -G DEB` in a build folder (scripts/package does it): one package with everything in its place.
set(CPACK_PACKAGE_NAME inspmort)
set(CPACK_PACKAGE_VENDOR "The inspmort authors")
set(CPACK_PACKAGE_CONTACT "The inspmort authors <maintainers@inspmort.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "see why a Node.js process died")
set(CPACK_PACKAGE_DESCRIPTION
	"inspmort keeps how a JavaScript process died - stack, variables, objects - in a small
file, and shows it on the terminal, in Chrome DevTools and in other debuggers.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "nodejs (>= 20)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "chromium")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
# Laid out as in the sources, so that links between documents hold.
install(FILES README.md ARCHITECTURE.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR}
	FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.png" PATTERN "*.js" PATTERN "*.mjs"
	PATTERN man EXCLUDE PATTERN recording.mjs EXCLUDE)
include(CPack)
