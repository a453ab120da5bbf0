# SPDX-License-Identifier: MIT
# What `cmake --install` puts where: program, library, headers, pkg-config file, example, and what
# the program writes about itself.

# A static library needs what it is made of in every link, a shared one brings it along. The prefix
# is found from the file's own place, so that an installed tree may be moved.
set(pc_libs "-lm")
if(OpenMP_C_FOUND)
  string(PREPEND pc_libs "${OpenMP_C_FLAGS} ")
endif()
if(BUILD_SHARED_LIBS)
  set(pc_private .private)
  set(pc_libs_private ${pc_libs})
  set(pc_libs "")
endif()
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(assets/footlight.pc.in footlight.pc @ONLY)

install(TARGETS footlight footlight_program)
install(DIRECTORY include/footlight DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_BINARY_DIR}/footlight.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES README.md LICENSE src/example/shapes.c DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The program writes its man page and its completion from its table of commands.
add_custom_command(OUTPUT footlight.1 footlight.bash
  COMMAND footlight_program --man > footlight.1
  COMMAND footlight_program --completion bash > footlight.bash
  DEPENDS footlight_program VERBATIM)
add_custom_target(manual ALL DEPENDS footlight.1 footlight.bash)
install(FILES ${PROJECT_BINARY_DIR}/footlight.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/footlight.bash RENAME footlight
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
