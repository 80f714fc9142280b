"""`python -m sandbox.inspect_model MODEL`: every merge of a model, with its shapes, and all else in which tensors meet.

With a picture or noise the model is run in a fenced process, and statistics of the tensors are printed. The listing
alone runs nothing and needs no Keras; a separate process checks the weights.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core import MergeError, Sentence
from core.dtypes import Array
from sandbox.model_file.archive import read_file, read_weights
from sandbox.model_file.file import ModelFile, read_model
from sandbox.model_file.hdf5_parent import check_stored
from sandbox.model_run.report import as_json, as_text, failure_text
from sandbox.processes.errors import SandboxError
from sandbox.processes.terminal import reserve_standard_error

if TYPE_CHECKING:
    from sandbox.model_run.results import Run

_REFUSED, _FAILED = 2, 1


def main(arguments: list[str] | None = None) -> int:
    """Print the merges and return 0.

    Returns:
        2 if the file is rejected, or if a run was asked for that is not allowed, with one line on standard error; 1 if
        the model fails when it is run.
    """
    options = _parser().parse_args(arguments)
    wants_run = any(given is not None for given in (options.image, options.noise, options.overlay))
    run, notes = None, list[str]()
    try:
        content = read_file(options.model)
        model = read_model(content, options.model.name)
        if wants_run and model.runnable:
            run, notes = _run(content, model, options)
        elif not model.hdf5:
            check_stored(read_weights(content))
    except (MergeError, SandboxError) as error:
        print(" ".join(_one_line(error).split()), file=sys.stderr)
        return _REFUSED
    text = json.dumps(as_json(model, run) | {"notes": notes}, indent=1) if options.json else as_text(model, run, notes)
    print(text)
    if wants_run and model.refusals:
        print(" ".join(_one_line(MergeError(model.refusals[0].reason)).split()), file=sys.stderr)
        return _REFUSED
    if run is not None and run.failure is not None:
        print(failure_text(run.failure), file=sys.stderr)
        return _FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.inspect_model", description="Every merge inside a saved Keras model."
    )
    parser.add_argument("model", type=Path, help="a .keras file, or an .h5 file with a whole model")
    parser.add_argument(
        "--image", type=Path, metavar="FILE", help="PNG, JPEG, WebP, .npy, TIFF, DICOM or NIfTI to run the model on"
    )
    parser.add_argument("--noise", type=int, metavar="SEED", help="run the model on noise of this seed")
    parser.add_argument("--scale", choices=("0..1", "-1..1", "imagenet", "none"), default="0..1", help="of the picture")
    parser.add_argument(
        "--overlay", type=Path, metavar="FOLDER", help="write every spatial gate, laid over the input, into this folder"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _run(content: bytes, model: ModelFile, options: argparse.Namespace) -> tuple[Run, list[str]]:
    """Run the model; what was changed about its input."""
    from sandbox.model_run.file_inputs import file_inputs, noise_inputs  # noqa: PLC0415  # the listing needs neither
    from sandbox.model_run.handle import open_model  # noqa: PLC0415  # likewise

    notes: Sequence[Sentence] = ()
    if options.image is None:
        inputs: Mapping[str, Array] = noise_inputs(model, options.noise or 0)
    else:
        inputs, notes = file_inputs(model, options.image, options.scale, options.noise or 0)
    opened = open_model(content, model=model)
    try:
        run = opened.run(inputs).result()
        if options.overlay is not None:
            from sandbox.model_run.overlays import write_overlays  # noqa: PLC0415  # needs Pillow

            notes = [*notes, *write_overlays(options.overlay, opened, run, inputs)]
        return run, [str(note) for note in notes]
    finally:
        opened.close()


def _one_line(error: MergeError | SandboxError) -> str:
    if isinstance(error, MergeError):
        return "".join(sign if sign.isprintable() else " " for sign in str(error.keras_message))
    reasons = {
        "timeout": "The model took too long and was stopped.",
        "memory": "The model ran out of memory and was stopped.",
        "died": "The process of the model ended unexpectedly, perhaps for lack of memory.",
    }
    return reasons.get(error.kind, f"The model could not be run ({error.kind}).")


if __name__ == "__main__":
    reserve_standard_error()
    sys.exit(main())
