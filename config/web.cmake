# The pages: what lies in src/web, and dygraphs as Debian installs it, packed into the program.
file(GLOB_RECURSE web_files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/src/web src/web/*)
find_path(DYGRAPHS_FOLDER dygraph.min.js PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH REQUIRED)
set(web_entries "")
set(web_depends "")
foreach(file ${web_files})
  list(APPEND web_entries "/${file}=${PROJECT_SOURCE_DIR}/src/web/${file}")
  list(APPEND web_depends ${PROJECT_SOURCE_DIR}/src/web/${file})
endforeach()
foreach(file dygraph.min.js dygraph.min.css)
  list(APPEND web_entries "/lib/dygraphs/${file}=${DYGRAPHS_FOLDER}/${file}")
  list(APPEND web_depends ${DYGRAPHS_FOLDER}/${file})
endforeach()
string(REPLACE ";" "|" web_entries "${web_entries}")
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/web_assets.c
  COMMAND ${CMAKE_COMMAND} "-DFILES=${web_entries}" -DOUTPUT=${CMAKE_BINARY_DIR}/web_assets.c
          -P ${PROJECT_SOURCE_DIR}/config/embed_web.cmake
  DEPENDS ${web_depends} ${PROJECT_SOURCE_DIR}/config/embed_web.cmake
  COMMENT "Packing the pages" VERBATIM)
target_sources(shk_svc PRIVATE ${CMAKE_BINARY_DIR}/web_assets.c)
