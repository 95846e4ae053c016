# Run as a script: cmake -DINPUT=… -DOUTPUT=… -DSYMBOL=… -P EmbedFile.cmake
# Turns a file into C: `const unsigned char SYMBOL[]` with a NUL behind it, and SYMBOL_len.
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," body "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" body "${body}")
file(WRITE ${OUTPUT} "/* Made from a file; see CMakeLists.txt. */\n#include <stddef.h>\n\n"
	"extern const unsigned char ${SYMBOL}[];\nextern const size_t ${SYMBOL}_len;\n"
	"const unsigned char ${SYMBOL}[] = {\n${body}0x00};\nconst size_t ${SYMBOL}_len = ${bytes};\n")
