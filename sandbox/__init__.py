"""TensorFlow, always in a process of its own. Nothing here imports it into the process that serves pages."""
