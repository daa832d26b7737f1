#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# pkg_config.sh COMPILER PKG-CONFIG-FOLDER SOURCE OUTPUT-FOLDER: a program without CMake.
set -euo pipefail
compiler=$1
export PKG_CONFIG_PATH=$2${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
mkdir -p "$4"
# shellcheck disable=SC2046 # the flags are words
"$compiler" -O1 "$3" $(pkg-config --cflags --libs suan) -o "$4/consumer"
exec "$4/consumer"
