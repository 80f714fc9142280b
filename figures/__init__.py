"""Charts. Plotly only: result in, go.Figure out."""

__all__ = ["distribution", "kept", "learning"]
