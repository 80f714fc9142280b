"""The picture of a graph: a Streamlit component with zoom, dragging and keyboard navigation."""

from ui.model_graph.face import GraphEdge, GraphNode, GraphView, graph_picture
from ui.model_graph.layout import Form

__all__ = ["Form", "GraphEdge", "GraphNode", "GraphView", "graph_picture"]
