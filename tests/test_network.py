"""What the bundled networks share."""

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_limits

from askwiki.network import one_thread


def blas_threads() -> set[int]:
    blas = ThreadpoolController().select(user_api="blas")
    return {library["num_threads"] for library in blas.info()}


def test_the_limit_to_one_thread_is_lifted_by_the_last_who_goes() -> None:
    np.ones((2, 2)) @ np.ones((2, 2))
    with threadpool_limits(limits=2, user_api="blas"):
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert blas_threads() == {1}
        second.__exit__(None, None, None)
        assert blas_threads() == {2}
