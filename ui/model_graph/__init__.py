"""The picture of a model's graph: a Streamlit component that can be zoomed, dragged and walked through by keyboard."""

from ui.model_graph.face import GraphEdge, GraphNode, graph_picture

__all__ = ["GraphEdge", "GraphNode", "graph_picture"]
