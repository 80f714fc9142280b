"""The gates themselves, one module for each family: the steps of a gate and its Keras code."""

__all__ = ["attention", "branches", "channel", "coordinate", "self_attention", "spatial_channel", "whole_image"]
