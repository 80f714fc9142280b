"""The parts of the model inspector: what is chosen becomes a table, a picture, a run, a view, a file to keep."""
