"""Holds BLAS to one thread: the products are too small to share, and bits must not depend on cores."""

from functools import cache

from threadpoolctl import threadpool_limits


@cache
def hold_to_one_thread() -> threadpool_limits:
    """Limit every loaded BLAS to one thread for the life of the process; further calls cost nothing."""
    return threadpool_limits(limits=1, user_api="blas")
