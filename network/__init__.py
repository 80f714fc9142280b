"""The shipped Attention U-Net: its data generator, the model, its weights, and the jobs of the process that runs it."""

__all__ = ["attention_unet", "phantoms", "weights"]
