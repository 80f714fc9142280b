"""How the shipped Attention U-Net was trained and evaluated."""

__all__ = []
