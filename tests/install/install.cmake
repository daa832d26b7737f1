# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs the build tree ${build} into ${prefix}, which is emptied first.
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${build}" --prefix "${prefix}"
                COMMAND_ERROR_IS_FATAL ANY)
