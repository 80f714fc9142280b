"""What a tensor view shows, and what it gives back. Plain immutable data, without a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..merges.plan import Alignment
from .words import WORDS

if TYPE_CHECKING:  # it is made of these tensors itself
    from .making import Frames

Array = NDArray[np.generic]
Kind = Literal["auto", "sequential", "diverging"]
Range = Literal["channel", "tensor", "shared", "fixed"]


@dataclass(frozen=True, eq=False)
class Panel:
    """One tensor.

    Attributes:
        title: plain text, e.g. "input 0".
        value: real numbers, up to `core.limits.MAX_RANK` axes; computed on as float32, and
            integers beyond 2²⁴ as float64.
        symbol: drawn before the panel: "", "×", "=", "→".
        axes: for each own axis the shared axis that it lies on, or None for an axis of its own. By default as the
            alignment says, and without an alignment the own axes in order.
        paintable: whether it can be painted on.
        paint: what the eraser and the brush at full strength paint.
        like: number of a panel of the same shape whose colours it shares: the range is that of both, so that what a
            gate takes away is seen as darker.
        limits: range of its colours where each slice or each tensor has its own, such as (0, 1) for weights; wider
            where the values are.
        remark: a few words beside its shape.
        dtype: its name in the model, where the array holds the values in another; empty for that of the array.
    """

    title: str
    value: Array
    symbol: str = ""
    axes: tuple[int | None, ...] | None = None
    paintable: bool = False
    paint: tuple[float, float] = (0.0, 1.0)
    like: int | None = None
    limits: tuple[float, float] | None = None
    remark: str = ""
    dtype: str = ""

    def __post_init__(self) -> None:
        """Lists and NumPy's scalars are arrays too."""
        object.__setattr__(self, "value", np.asarray(self.value))


@dataclass(frozen=True)
class Scale:
    """How numbers become colours, to begin with; people can change it.

    Attributes:
        kind: "auto" is diverging for tensors with numbers on both sides of zero.
        range: from the least to the greatest number of each slice ("channel"), each tensor, all tensors ("shared"),
            or `limits` ("fixed").
        limits: of "fixed".
        sequential: name of the table in `core.tensor_view.colours` for the numbers of one sign.
    """

    kind: Kind = "auto"
    range: Range = "tensor"
    limits: tuple[float, float] | None = None
    sequential: Literal["cividis", "viridis"] = "cividis"


@dataclass(frozen=True)
class Order:
    """An order of the channels, the last axis of the result.

    Attributes:
        name: in links.
        title: for people.
        channels: every channel once.
    """

    name: str
    title: str
    channels: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Reel:
    """A slider with a whole panel for each position: moving it shows another frame at once, all from Python.

    Reels of one name, with the same frames, share a slider that moves several panels.

    Attributes:
        name: in links.
        title: for people.
        panel: number of the panel that the frames are of.
        values: (frames, *shape of the panel), computed on as float32; or frames that are made when they are needed.
        frames: what each frame is called in links; all different.
        labels: what each is called for people.
        at: the frame that the panel holds now.
        hint: a sentence on what is seen, or nothing.
        playable: whether it has a button that goes through the frames.
    """

    name: str
    title: str
    panel: int
    values: Array | Frames
    frames: tuple[str, ...]
    labels: tuple[str, ...]
    at: int
    hint: str = ""
    playable: bool = False


@dataclass(frozen=True, eq=False)
class Scene:
    """The image behind features (panel 0) and their map (panel 1), and the network's predictions for maps.

    Attributes:
        image: uint8, (H, W).
        truth: bool, (H, W): the ground truth; None where it is not known.
        predictions: bool, (n, H, W).
        scores: one text for each prediction, such as its Dice.
        shown: number of the prediction for the map as it is drawn; None while it is computed.
        by_reel: for each frame of a reel the number of its prediction, by name of the reel; None for an unknown one.
        notes: sentences below the channels: what has to be said of the map.
    """

    image: Array
    truth: Array | None
    predictions: Array
    scores: tuple[str, ...]
    shown: int | None
    by_reel: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TensorView:
    """Tensors side by side.

    Attributes:
        panels: operands and then the result, or the steps of a chain.
        alignment: `panels[:-1]` are its inputs, `panels[-1]` is its output. None: only the axes tie the panels.
        live: whether the browser computes the result again under the brush (element-wise merges).
        derived: whether the browser may compute the result itself, where it is large and comes out the same to the bit.
        normalize: of Dot; changes the sum that is written out.
        orders: of the channels; "by index" is always there.
        scale: colours to begin with.
        axes: rows and columns to begin with, shared axes; by default the last two, or the two before the channels.
        axis_names: of the shared axes, for their sliders; an empty or missing one is named by its number.
        speed: channels a second to begin with.
        share: of the window's height that the panels may take.
        gallery: whether all slices are shown below the panels, where there is more than one.
        compare: what the gallery shows to begin with: the first panel of the last one's shape, the last, or what was
            added on the way.
        reels: sliders that show other values in a panel.
        scene: the image that the features were made from, and what the network finds in it.
        layout: "stage" fits everything into the window: panels in one line, the channels before and after, the scene.
        below: of a stage, pixels of the window that the page needs below it; none while presenting.
        words: every text on screen; what is missing is English.
    """

    panels: tuple[Panel, ...]
    alignment: Alignment | None = None
    live: bool = False
    derived: bool = False
    normalize: bool = False
    orders: tuple[Order, ...] = ()
    scale: Scale = Scale()
    axes: tuple[int, int] | None = None
    axis_names: tuple[str, ...] = ()
    speed: int = 12
    share: float = 0.53
    gallery: bool = True
    compare: Literal["before", "after", "difference"] = "after"
    reels: tuple[Reel, ...] = ()
    scene: Scene | None = None
    layout: Literal["page", "stage"] = "page"
    below: int = 0
    words: Mapping[str, str] = field(default_factory=lambda: WORDS)


@dataclass(frozen=True, eq=False)
class Selection:
    """What a person is looking at; all but `painted` are worth a place in a link.

    Attributes:
        channel: the slice that the gallery marks.
        at: the place along every shared axis; None for the first.
        cell: the pinned cell, an index into the result; None where nothing is pinned.
        panel: the panel in which it was pinned.
        axes: rows and columns on screen, shared axes; None where the result has fewer than two.
        order: name of the order of the channels.
        kind: which colours, see `Scale`; None where the person has left them as the view has them.
        range: from where to where they reach, see `Scale`; None likewise.
        painted: the first paintable panel as painted; None until a stroke.
        frames: of the reels that the person has moved since the view was last drawn: the name of the frame by that
            of the reel.
    """

    channel: int = 0
    at: tuple[int, ...] | None = None
    cell: tuple[int, ...] | None = None
    panel: int | None = None
    axes: tuple[int, int] | None = None
    order: str = "index"
    kind: Kind | None = None
    range: Range | None = None
    painted: Array | None = None
    frames: Mapping[str, str] = field(default_factory=dict)

    def sent(self) -> dict[str, Any]:
        """What the browser is asked to begin with."""
        return {
            "channel": self.channel,
            "at": self.at,
            "cell": self.cell,
            "panel": self.panel,
            "axes": self.axes,
            "order": self.order,
            "kind": self.kind,
            "range": self.range,
        }
