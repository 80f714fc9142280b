"""TensorFlow and untrusted model files, always in separate processes: the server never imports Keras."""

__all__ = ["model_file", "model_run", "processes", "segmentation", "verification"]
