"""The list of a model's merges: a Streamlit component with coloured shapes, small pictures and keyboard navigation."""

from ui.inspector.merge_list.face import MergeRow, Size, merge_list

__all__ = ["MergeRow", "Size", "merge_list"]
