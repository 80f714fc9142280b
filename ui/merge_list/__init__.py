"""The list of a model's merges: a Streamlit component with shapes in colour, small pictures and a keyboard."""

from ui.merge_list.face import MergeRow, Size, merge_list

__all__ = ["MergeRow", "Size", "merge_list"]
