"""Garbage that stays until the collector runs."""

import gc


def left_by(call):
    """Objects that a call leaves in cycles; it was made twice before, so that what is made once does not count."""
    call(), call()
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        call()
        return gc.collect()
    finally:
        if was_on:
            gc.enable()
