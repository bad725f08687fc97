# Writes OUTPUT, a C file with every FILES entry ("PATH=FILE", separated by "|") packed by gzip: the
# same bytes for the same files. Run by the build (cmake -P).
set(types
  .html "text/html\; charset=utf-8" .js "text/javascript\; charset=utf-8" .css "text/css\; charset=utf-8"
  .json "application/json" .svg "image/svg+xml" .png "image/png" .txt "text/plain\; charset=utf-8"
  .woff2 "font/woff2" .wav "audio/wav" .webmanifest "application/manifest+json")

function(type_of file out)
  get_filename_component(ending ${file} LAST_EXT)
  list(FIND types ${ending} at)
  if(at LESS 0)
    message(FATAL_ERROR "${file}: no media type is known for ${ending} (config/embed_web.cmake)")
  endif()
  math(EXPR at "${at} + 1")
  list(GET types ${at} type)
  set(${out} "${type}" PARENT_SCOPE)
endfunction()

string(REPLACE "|" ";" entries "${FILES}")
list(SORT entries)
set(arrays "")
set(table "")
set(index 0)
foreach(entry ${entries})
  string(REGEX REPLACE "=.*" "" path "${entry}")
  string(REGEX REPLACE "^[^=]*=" "" file "${entry}")
  type_of(${file} type)
  execute_process(COMMAND gzip -9nc ${file} OUTPUT_FILE ${OUTPUT}.gz RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${file}: gzip failed")
  endif()
  file(SHA256 ${file} tag)
  string(SUBSTRING ${tag} 0 32 tag)
  file(READ ${OUTPUT}.gz bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char file_${index}[] = {${bytes}};\n")
  string(APPEND table "    {\"${path}\", \"${type}\", \"${tag}\", file_${index}, sizeof file_${index}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(REMOVE ${OUTPUT}.gz)
file(WRITE ${OUTPUT} "#include \"shikumen/svc/web_asset.h\"\n\n${arrays}
const struct web_asset web_assets[] = {\n${table}};
const size_t web_asset_count = sizeof web_assets / sizeof *web_assets;\n")
