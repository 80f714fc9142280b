"""For the speaker: keys, a clean screen with large type, a pointer, a blank screen; and the link to hand out."""

from ui.stage.face import stage
from ui.stage.share import share

__all__ = ["share", "stage"]
