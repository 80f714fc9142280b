"""Pictures. Plotly only: result in, go.Figure out."""
