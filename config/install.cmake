# cmake --install build/release --prefix /usr     (DESTDIR is honoured)
#
# Programs, unit, sysusers, tmpfiles and documents go below the prefix; the configuration goes to
# /etc/shikumen (below the prefix when that is neither /usr nor /usr/local). A configuration file that
# is there already is never touched; the shipped one is always in share/shikumend/examples.

install(TARGETS shikumend shikumenctl shikumen-sim shikumen-pdf RUNTIME DESTINATION bin)
install(FILES config/sysusers.d/shikumend.conf DESTINATION lib/sysusers.d)
install(FILES config/tmpfiles.d/shikumend.conf DESTINATION lib/tmpfiles.d)
install(FILES config/shikumend.conf config/registry.json config/mosquitto.conf config/mosquitto.acl
        DESTINATION share/shikumend/examples)
install(DIRECTORY config/limits DESTINATION share/shikumend/examples)
install(DIRECTORY sensors/files DESTINATION share/shikumend/examples FILES_MATCHING PATTERN "*.json")
install(DIRECTORY sensors/scenarios DESTINATION share/shikumend FILES_MATCHING PATTERN "*.json")
install(FILES README.md LICENSE DESTINATION share/doc/shikumend)
install(DIRECTORY docs/ DESTINATION share/doc/shikumend FILES_MATCHING PATTERN "*.md")

file(GLOB limit_files RELATIVE ${PROJECT_SOURCE_DIR}/config CONFIGURE_DEPENDS config/limits/*)
set(config_files shikumend.conf registry.json ${limit_files})
file(GLOB profile_files RELATIVE ${PROJECT_SOURCE_DIR}/sensors CONFIGURE_DEPENDS sensors/profiles/*.json)

install(CODE "set(source \"${PROJECT_SOURCE_DIR}/config\")
set(scratch \"${PROJECT_BINARY_DIR}\")
set(config_files \"${config_files}\")
set(sensors \"${PROJECT_SOURCE_DIR}/sensors\")
set(profile_files \"${profile_files}\")")
install(CODE [[
if(CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?/?$")
  set(etc /etc/shikumen)
else()
  set(etc ${CMAKE_INSTALL_PREFIX}/etc/shikumen)
endif()

# The unit with the paths of this prefix.
file(READ ${source}/shikumend.service unit)
string(REPLACE "/usr/bin/" "${CMAKE_INSTALL_PREFIX}/bin/" unit "${unit}")
string(REPLACE "/usr/share/" "${CMAKE_INSTALL_PREFIX}/share/" unit "${unit}")
string(REPLACE "-c /etc/shikumen/" "-c ${etc}/" unit "${unit}")
file(WRITE ${scratch}/installed/shikumend.service "${unit}")
file(INSTALL ${scratch}/installed/shikumend.service
     DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)

foreach(name IN LISTS config_files)
  if(EXISTS "$ENV{DESTDIR}${etc}/${name}")
    message(STATUS "Kept: $ENV{DESTDIR}${etc}/${name}")
  else()
    get_filename_component(folder ${name} DIRECTORY)
    file(INSTALL ${source}/${name} DESTINATION ${etc}/${folder})
  endif()
endforeach()
foreach(name IN LISTS profile_files)
  if(EXISTS "$ENV{DESTDIR}${etc}/${name}")
    message(STATUS "Kept: $ENV{DESTDIR}${etc}/${name}")
  else()
    file(INSTALL ${sensors}/${name} DESTINATION ${etc}/profiles)
  endif()
endforeach()
file(MAKE_DIRECTORY $ENV{DESTDIR}${etc}/shikumend.conf.d)
]])
install(DIRECTORY sensors/profiles DESTINATION share/shikumend FILES_MATCHING PATTERN "*.json")
