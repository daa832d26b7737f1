dev_gpu_check() { fail "not written"; }
