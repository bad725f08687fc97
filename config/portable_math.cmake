# exp, log, sin and their like from musl (MIT), linked in. glibc's choose their code by the processor
# (with or without fused multiply-add), and the last bits differ from machine to machine; musl has one
# code for all. What is not in the list (sqrt, floor, fabs) is exact everywhere and stays glibc's.
find_library(MUSL_LIBRARY libc.a PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}
             PATH_SUFFIXES ../x86_64-linux-musl ../aarch64-linux-musl NO_DEFAULT_PATH REQUIRED)
set(portable_math_members # each with what it calls itself
    __cos __sin __tan __rem_pio2 __rem_pio2_large __expo2 __math_divzero __math_invalid __math_oflow
    __math_uflow __math_xflow acos asin atan atan2 cbrt cos cosh erf exp exp2 exp_data expm1 hypot
    lgamma_r log log10 log1p log2 log2_data log_data pow pow_data signgam sin sincos sinh tan tanh
    tgamma)
list(TRANSFORM portable_math_members APPEND .lo)
set(portable_math_dir ${CMAKE_BINARY_DIR}/portable_math)
set(portable_math_archive ${portable_math_dir}/libportable_math.a)
file(MAKE_DIRECTORY ${portable_math_dir})
add_custom_command(
  OUTPUT ${portable_math_archive}
  COMMAND ${CMAKE_AR} x ${MUSL_LIBRARY} ${portable_math_members}
  COMMAND ${CMAKE_AR} rcs ${portable_math_archive} ${portable_math_members}
  DEPENDS ${MUSL_LIBRARY}
  WORKING_DIRECTORY ${portable_math_dir}
  VERBATIM)
add_custom_target(portable_math_archive DEPENDS ${portable_math_archive})
add_library(portable_math STATIC IMPORTED)
set_target_properties(portable_math PROPERTIES IMPORTED_LOCATION ${portable_math_archive}
                      INTERFACE_LINK_LIBRARIES m) # after the archive, which so comes first
add_dependencies(portable_math portable_math_archive)
