"""Sizes that do not survive pooling and upsampling: 89 is pooled to 44 and comes back as 88."""

from __future__ import annotations

from dataclasses import dataclass

_FACTORS = (2, 4, 8, 16, 32)  # of one to five levels of a U-Net
_LEAST = 4  # sizes below this are no grid


@dataclass(frozen=True)
class OddSize:
    """How two sizes along a grid axis come to differ.

    Attributes:
        odd: the size that is not a multiple of the factor.
        factor: by which it is pooled.
        pooled: the size after pooling.
        back: the size after upsampling by the factor.
    """

    odd: int
    factor: int
    pooled: int
    back: int

    @property
    def values(self) -> dict[str, int]:
        """For a sentence."""
        return {"odd": self.odd, "factor": self.factor, "pooled": self.pooled, "back": self.back}


def odd_size(sizes: set[int]) -> OddSize | None:
    """The explanation of two sizes, if pooling and upsampling one of them gives the other.

    Pooling rounds down, or up with padding "same". Only small differences count: 3 levels lose at most 7.
    """
    if len(sizes) != 2 or min(sizes) < _LEAST:
        return None
    low, high = sorted(sizes)
    for factor in _FACTORS:
        if high - low >= factor or 2 * factor > low:
            continue
        if high % factor and high // factor * factor == low:
            return OddSize(high, factor, high // factor, low)
        if low % factor and -(-low // factor) * factor == high:
            return OddSize(low, factor, high // factor, high)
    return None
