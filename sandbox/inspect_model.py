"""`python -m sandbox.inspect_model MODEL.keras`: every merge of a model, with the shapes that go in and come out.

With a picture or noise the model is run, fenced in, and figures of the values stand beside. The listing alone needs
no Keras; a process of its own looks whether the weights are what they claim.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from core import MergeError
from core.errors import invalid_request
from core.limits import MAX_MODEL_BYTES
from sandbox.model_file.file import ModelFile, read_model
from sandbox.model_run.report import as_json, as_text, failure_text
from sandbox.model_run.weights_parent import check_stored
from sandbox.processes.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.model_run.results import Run

_REFUSED, _FAILED = 2, 1


def main(arguments: list[str] | None = None) -> int:
    """Print the merges and return 0.

    Returns:
        2 where the file is refused, with one line on standard error; 1 where the model fails when it is run.
    """
    options = _parser().parse_args(arguments)
    try:
        content = _content(options.model)
        model = read_model(content, options.model.name)
        if model.refusals:
            raise MergeError(model.refusals[0].reason)
        run = None
        if options.image is None and options.noise is None:
            check_stored(content)
        else:
            run = _run(content, model, options)
    except (MergeError, SandboxError) as error:
        print(" ".join(_one_line(error).split()), file=sys.stderr)
        return _REFUSED
    print(json.dumps(as_json(model, run), indent=1) if options.json else as_text(model, run))
    if run is not None and run.failure is not None:
        print(failure_text(run.failure), file=sys.stderr)
        return _FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.inspect_model", description="Every merge inside a saved Keras model."
    )
    parser.add_argument("model", type=Path, help='a file that model.save("model.keras") has written')
    parser.add_argument("--image", type=Path, metavar="FILE", help="PNG, JPEG, WebP or .npy to run the model on")
    parser.add_argument("--noise", type=int, metavar="SEED", help="run the model on noise of this seed")
    parser.add_argument("--scale", choices=("0..1", "-1..1", "imagenet", "none"), default="0..1", help="of the picture")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _content(path: Path) -> bytes:
    """All of the file, after its size."""
    try:
        size = path.stat().st_size
        if size > MAX_MODEL_BYTES:
            raise invalid_request(
                "The file has {size} MB; up to {limit} are accepted.",
                size=-(-size // 1_000_000),
                limit=MAX_MODEL_BYTES // 1_000_000,
            )
        if path.is_dir():
            raise invalid_request(
                "{file} is a folder, such as a SavedModel; only .keras files are read.", file=path.name[:60]
            )
        if not path.is_file():  # a pipe or a device may have no end
            raise invalid_request("{file} cannot be read: {reason}.", file=path.name[:60], reason="it is not a file")
        return path.read_bytes()
    except OSError as error:
        raise invalid_request("{file} cannot be read: {reason}.", file=path.name[:60], reason=error.strerror) from None


def _run(content: bytes, model: ModelFile, options: argparse.Namespace) -> Run:
    from sandbox.model_run.file_inputs import file_inputs, noise_inputs  # noqa: PLC0415  # the listing needs neither
    from sandbox.model_run.handle import open_model  # noqa: PLC0415  # likewise

    if options.image is None:
        inputs = noise_inputs(model, options.noise)
    else:
        if not options.image.is_file():
            raise invalid_request(
                "{file} cannot be read: {reason}.", file=options.image.name[:60], reason="no such file"
            )
        inputs = file_inputs(model, options.image, options.scale, options.noise or 0)
    opened = open_model(content, model=model)
    try:
        return opened.run(inputs).result()
    finally:
        opened.close()


def _one_line(error: MergeError | SandboxError) -> str:
    if isinstance(error, MergeError):
        return "".join(sign if sign.isprintable() else " " for sign in str(error.keras_message))
    reasons = {
        "timeout": "The model took too long and was stopped.",
        "memory": "The model ran out of memory and was stopped.",
        "died": "The process of the model ended by itself, perhaps for lack of memory.",
    }
    return reasons.get(error.kind, f"The model could not be run ({error.kind}).")


def _alone_on_standard_error() -> None:
    """What the child's libraries print, and what we log of it, would stand beside our one line."""
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    logging.disable()
    if isinstance(sys.stdout, TextIOWrapper):  # names are in any language, terminals are not
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    _alone_on_standard_error()
    sys.exit(main())
