"""The scene of the Attention gate page: the image, its ground truth, and the predictions with other maps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np

from core.dtypes import Array
from core.gates import GateTrace
from core.gates.sanity_checks import SANITY_CHECKS
from core.segmentation.slices import dice
from ui.gate import network
from ui.gate.case import Case, moments
from ui.gate.controls import MOMENT
from ui.tensor_view import Scene
from ui.text import t
from ui.views.assets import arrays, figures
from ui.views.cached import remembered

SUPERVISED = (20, 40)  # grids of the gates whose α was compared with the target in training (training/recipe.py)


@dataclass(frozen=True, eq=False)
class Response:
    """What the network predicts with the map on screen.

    Attributes:
        mask: bool, (160, 160); None while it is computed, or where the network does not run.
        moment: number of the recorded prediction that this is; None for another.
    """

    mask: Array | None
    moment: int | None = None


def scene_maker(
    case: Case, own: GateTrace, moment: int | None, *, plain: bool, usual: Array
) -> Callable[[Array, bool], Scene]:
    """What makes the scene for the map on screen, given that map and whether it has been painted.

    The network begins with the prediction at once, so that it is there when the rest of the page is made.

    Args:
        case: the image at one gate.
        own: trace of its gate with the image's own gating signal.
        moment: of the training, an index into `moments()`; None for its end.
        plain: whether the map is the gate's own, of that moment.
        usual: the map on screen if it is not painted.
    """
    recorded = plain and case.sample is not None
    begun = None if recorded or np.array_equal(own.alpha, usual) else network.begin(case.image, case.grid, usual)

    def made(weights: Array, painted: bool) -> Scene:
        answer = None if painted else begun
        response = respond(case, own.alpha, weights, moment, as_recorded=plain and not painted, answer=answer)
        scene = scene_of(case, response, moments_shown=plain)
        return replace(scene, notes=notes_of(case, own))

    return made


def map_remark(case: Case) -> str:
    """How the map came about, in a few words beside it."""
    return t("supervised") if case.grid in SUPERVISED else ""


def respond(
    case: Case,
    own: Array,
    weights: Array,
    moment: int | None,
    *,
    as_recorded: bool,
    answer: Future[Array] | None = None,
) -> Response:
    """The prediction for a map: recorded for the maps of the training, the network's own for its own map.

    Args:
        case: the image at one gate.
        own: the map that the gate makes of this image, (1, grid, grid, 1).
        weights: the map on screen, of the same shape.
        moment: of the training, an index into `moments()`; None for its end.
        as_recorded: whether the map on screen is that of the moment, neither changed nor painted.
        answer: of the network for this map, if it has begun with it.
    """
    if as_recorded and case.sample is not None:
        last = len(moments()) - 1
        return Response(
            _frames_of(moment_masks(case))[last if moment is None else moment], last if moment is None else moment
        )
    if np.array_equal(own, weights):
        return Response(case.prediction[0, ..., 0] > 0.5)
    found = network.steered(case.image, case.grid, weights, begun=answer)
    return Response(None if found is None else found[0, ..., 0] > 0.5)


def scene_of(case: Case, response: Response, *, moments_shown: bool) -> Scene:
    """The scene with this prediction.

    Args:
        case: the image at one gate.
        response: to the map on screen.
        moments_shown: whether the reel of the training shows maps whose predictions are recorded.
    """
    masks = list(_frames_of(moment_masks(case))) if case.sample is not None and moments_shown else []
    shown, by_reel = response.moment, {MOMENT: tuple(range(len(masks)))} if masks else {}
    if response.mask is not None and (shown is None or not masks):
        masks.append(response.mask)
        shown = len(masks) - 1
    image, truth = _background(case)
    scores = tuple(score_text(case, mask) for mask in masks)
    return Scene(image, truth, _stacked(case, masks, image.shape), scores, shown, by_reel)


def _stacked(case: Case, masks: Sequence[Array], shape: tuple[int, ...]) -> Array:
    """Masks as one array; those of the training are one already, which all sessions share."""
    if not masks:
        return np.zeros((0, *shape), bool)
    if len(masks) > 1 and len(masks) == len(moment_masks(case)):
        return moment_masks(case)
    return np.stack(masks)


@remembered
def _background(case: Case) -> tuple[Array, Array | None]:
    """The image as bytes, and the ground truth."""
    image = np.round(255 * case.image[0, ..., 0]).astype(np.uint8)
    return image, None if case.truth is None else case.truth[0, ..., 0] > 0.5


@remembered
def _score(case: Case, mask: Array) -> tuple[float, float]:
    """Dice of a mask, and the difference from that of the network's own prediction."""
    assert case.truth is not None
    truth = case.truth[0, ..., 0]
    score = dice(truth, mask)
    return score, score - dice(truth, case.prediction[0, ..., 0] > 0.5)


def score_text(case: Case, mask: Array) -> str:
    """Dice with the ground truth, and the difference from the network's own; without one, Dice with its own."""
    if case.truth is None:
        own = case.prediction[0, ..., 0] > 0.5
        return "" if np.array_equal(mask, own) else t("Dice {score} with original", score=_written(dice(own, mask)))
    score, change = _score(case, mask)
    if abs(change) < 0.0005:
        return t("Dice {score}", score=_written(score))
    return t("Dice {score} ({change})", score=_written(score), change=f"{change:+.3f}".replace("-", "−"))


def check_scores(case: Case, trace: GateTrace) -> dict[str, float | None]:
    """Dice with each map of `core.gates.sanity_checks`; None while it is computed or where there is no ground truth.

    Args:
        case: the image at one gate.
        trace: of its gate.
    """
    if case.truth is None:
        return dict.fromkeys(SANITY_CHECKS)
    if case.sample is not None:
        masks = _frames_of(_unpacked("checks", case.grid, case.sample))
        return {name: _score(case, mask)[0] for name, mask in zip(SANITY_CHECKS, masks, strict=True)}
    found: dict[str, float | None] = {}
    for name, check in SANITY_CHECKS.items():
        answer = network.steered(case.image, case.grid, check.make(trace), quiet=True)
        found[name] = None if answer is None else dice(case.truth, answer)
    return found


def notes_of(case: Case, trace: GateTrace) -> tuple[str, ...]:
    """What has to be said beside the map: how it was trained, and what the network does with other maps."""
    trained = (
        t("α of this gate was trained against the target. Mean Dice: {gated} with gates, {plain} without.", **_means())
        if case.grid in SUPERVISED
        else t("α of this gate had no target of its own. Mean Dice: {gated} with gates, {plain} without.", **_means())
    )
    scores = check_scores(case, trace)
    if all(score is None for score in scores.values()):
        return (trained,)
    listed = " · ".join(
        f"{t(SANITY_CHECKS[name].title)} {'…' if score is None else _written(score)}" for name, score in scores.items()
    )
    return trained, t("Dice with other maps: {scores}", scores=listed)


def _means() -> dict[str, str]:
    """Mean Dice of both networks on 200 slices that training never saw."""
    return {name: f"{figures()[name]['dice']:.3f}" for name in ("gated", "plain")}


def moment_masks(case: Case) -> Array:
    """The recorded predictions at every moment of the training, bool, (moments, 160, 160)."""
    assert case.sample is not None
    return _unpacked("moments", case.grid, case.sample)


@remembered
def _unpacked(kind: str, grid: int, sample: int) -> Array:
    name = f"{kind}_{grid}"
    packed = arrays("responses", name)[name][:, sample]
    side = math.isqrt(8 * packed.shape[-1])
    masks: Array = np.unpackbits(packed, axis=-1).reshape(-1, side, side).astype(bool)
    masks.flags.writeable = False
    return masks


@remembered
def _frames_of(masks: Array) -> tuple[Array, ...]:
    """Each mask as one object, so that what is computed from it is kept."""
    return tuple(masks)


def _written(score: float) -> str:
    return "–" if math.isnan(score) else f"{score:.3f}"
