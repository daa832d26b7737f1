# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake -Dsource=... -Dinput=... -Doutput=... -Dcompiler=... -Dflags=... -P write_build_info.cmake
#
# The commit is looked up at each build, not at configuration, which may be days older. The file is
# touched only when something in it changed.
find_program(git git)
set(commit unknown)
set(dirty unknown)
if(git)
  execute_process(COMMAND "${git}" -C "${source}" rev-parse HEAD
    OUTPUT_VARIABLE text RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed)
    set(commit "${text}")
    execute_process(COMMAND "${git}" -C "${source}" status --porcelain
      OUTPUT_VARIABLE changes RESULT_VARIABLE failed ERROR_QUIET)
    if(NOT failed)
      set(dirty no)
      if(changes)
        set(dirty yes)
      endif()
    endif()
  endif()
endif()
configure_file("${input}" "${output}" @ONLY)
