# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that wait for each other give their cores away soon.

GNU's OpenMP lets them spin for many milliseconds, so that beside another busy program two threads
take longer than one (docs/performance.md). It reads its variables when it is loaded, which is when
the module is: what is set here is gone afterwards, and child processes do not inherit it.
"""

import os

_VARIABLE = "GOMP_SPINCOUNT"

if not {"OMP_WAIT_POLICY", _VARIABLE} & os.environ.keys():
    os.environ[_VARIABLE] = "2000"  # about a tenth of a millisecond
    try:
        from . import _suan  # noqa: F401
    finally:
        del os.environ[_VARIABLE]
