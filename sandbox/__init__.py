"""TensorFlow and untrusted model files, always in a process of their own. Nothing here imports Keras into the server."""

__all__ = ["model_file", "model_run", "processes", "segmentation", "verification"]
