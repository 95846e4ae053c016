# One set of warnings for every target of ours.
add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion)
if(INSPMORT_WERROR)
	add_compile_options(-Werror)
endif()
