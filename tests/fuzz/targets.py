"""The fuzzed parsers, each with seed inputs. A parser returns a result or raises its own error, nothing else.

`python -m tests.fuzz.targets NAME SECONDS [SEED] [TRIES]` runs one of them with a coverage-guided fuzzer, in a process
of its own, since the fuzzer rewrites what it imports. It ends after so many seconds or tries; 0 means no limit.

`python -m tests.fuzz.targets` imports all of them once, which takes longer than thousands of tries, and then runs one
in a fork of itself for each line `SECONDS TRIES NAME FILE` on standard input. The fuzzer's output goes to the file;
the exit code is printed.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from time import process_time

_SECONDS = (
    5  # of processor time for one input; the fuzzer's own limit also counts time in which a busy machine did not run it
)
NAMES = ("shapes", "errors", "lists", "csv", "npy", "npz", "images", "keras", "recordings", "stories", "links")


def parser(name: str) -> "Parser":
    """The parser, its own error, and inputs to start from. Imports only what it needs."""
    from core.errors import MergeError

    if name == "shapes":
        from core.merges.shape_text import parse_shape

        return lambda data: parse_shape(data.decode("utf-8", "replace")), MergeError, [b"5,1,5", b"(None, 3)", b"[2 3]"]
    if name == "stories":
        from core.story.reading import StoryError, read_story
        from tests.core.story.test_reading import GOOD, NETWORK

        return (
            lambda data: read_story(data, NETWORK),
            StoryError,
            [GOOD.encode(), b"a.b.'c'.\"d\" = {e.f = [1, 2.5, true]}\n[[step]]\nseed = 1979-05-27\n"],
        )
    if name == "errors":
        from core import read_error

        seeds = [
            b"ValueError: Inputs have incompatible shapes. Received shapes (20, 20, 256) and (20, 20)",
            b"Multiply()([a, b])  # [(None, 96, 96, 64), (None, 1, 1, 64)]",
            b"np.arange(25).reshape(5, 1, 5), TensorShape([5, 4, 5])",
        ]
        return lambda data: read_error(data.decode("utf-8", "replace")), MergeError, seeds
    if name == "keras":
        from sandbox.model_file.file import read_model
        from tests.sandbox.hostile import archive, layer, model, tensor

        return read_model, MergeError, [archive(model(layer("Add", "a", [[[tensor("x"), tensor("x")]]])))]
    if name == "recordings":
        from core.files.recording_reader import read_recording
        from tests.core.files.recordings_corpus import content

        return _read_arrays(read_recording), MergeError, [content(), content((0, 3))]
    if name == "links":
        return _link_reader(), MergeError, [b"op=Add&s0=5,1,5&cell=1,0,2&of=1&plane=0,2&at=1,1,1&colours=x.y"]
    return _values(name, MergeError)


def _values(name: str, error: type[Exception]):
    from tests.ui.sample_files import FLOATS, NOISE, PNG, TURNED, archive, header, npy, npz, of_version, picture
    from ui.files.uploads import READERS, file_notes, read_list

    if name == "lists":
        return lambda data: read_list(data.decode("utf-8", "replace")), error, [b"[[1, 2.5], [3, -4e3]]", b"(1, nan)"]
    from zipfile import ZIP_STORED

    import numpy as np

    reader, seeds = {
        "csv": ("csv", [b"1,2\n3,4\n"]),
        "npy": ("npy", [FLOATS, of_version(2, 0), of_version(3, 0), header((0, 5)), npy(np.ones((1, 3, 2), ">f8").T)]),
        "npz": ("npz", [npz(a=np.arange(3.0)), archive([("a.npy", FLOATS), ("b.npy", FLOATS)], ZIP_STORED)]),
        "images": ("png", [PNG, *NOISE.values(), picture((3, 5), "WEBP", lossless=True), TURNED]),
    }[name]
    if name != "images":
        return READERS[reader], error, seeds
    return lambda data: (READERS[reader](data), file_notes("a.png", data)), error, seeds


def _read_arrays(read):
    """A recording with its first arrays, as the inspector opens it."""

    def read_all(data: bytes) -> object:
        recording = read(data)
        tensors = [one for step in recording.index.steps for row in step.tensors.values() for one in row]
        return [recording.array(one.array) for one in tensors[:9] if one.array is not None]

    return read_all


def _link_reader() -> Callable[[bytes], object]:
    """The selection and the shapes of a link, as the pages read them.

    Imported here and not at the first try: the fuzzer cannot instrument what is imported later.
    """
    from urllib.parse import parse_qs

    from core.merges.shape_text import parse_shape
    from ui.views.selection import read_look, write_look

    def read_link(data: bytes) -> object:
        parameters = {key: values[-1] for key, values in parse_qs(data.decode("utf-8", "replace")).items()}
        look = read_look(parameters)
        assert read_look(write_look(look)).cell == look.cell
        return parse_shape(parameters.get("s0", "1"))

    return read_link


Parser = tuple[Callable[[bytes], object], type[Exception], list[bytes]]


_PARSERS = ("numpy.lib._format_impl", "numpy.lib._npyio_impl")


def _not_parsers(package: str) -> list[str]:
    """The modules of a package that parse nothing: the fuzzer rewrites the whole package if one of them is named."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    files = (file.relative_to(root.parent).with_suffix("") for file in root.rglob("*.py"))
    names = {".".join(file.parts).removesuffix(".__init__") for file in files}
    return sorted(names - set(_PARSERS))


def instrumented(names: Iterable[str]) -> dict[str, Parser]:
    """The parsers, rewritten by the fuzzer so that it sees which branches an input takes."""
    import atheris

    with atheris.instrument_imports(
        include=["core", "ui", "sandbox", "PIL", "csv", "zipfile", "tomllib", "numpy"], exclude=_not_parsers("numpy")
    ):
        return {name: parser(name) for name in names}


def fuzz(found: Parser, seconds: int, seed: int, tries: int) -> None:
    """Fuzz one parser for so many seconds or tries, 0 meaning no limit.

    The fuzzer ends the process, with a code other than 0 if it finds a failure.
    """
    import atheris

    parse, error, seeds = found

    def one(data: bytes) -> None:
        begun = process_time()
        try:
            parse(data)
        except error as rejection:
            assert len(str(rejection)) > 5, "an error without a message"
            str(rejection).encode()  # half of a surrogate pair cannot be sent to a browser
        assert process_time() - begun < _SECONDS, "too slow"

    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(seeds):
            (Path(folder) / str(number)).write_bytes(content)
        limits = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=8192", "-timeout=300", "-rss_limit_mb=2048"]
        limits += [f"-runs={tries}"] if tries else []
        atheris.Setup([sys.argv[0], folder, "-artifact_prefix=build/", "-print_final_stats=1", *limits], one)
        atheris.Fuzz()


def fuzz_in_forks(lines: Iterable[str]) -> None:
    """Run the fuzzer once for each line, see above."""
    parsers = instrumented(NAMES)
    for line in lines:
        seconds, tries, name, file = line.rstrip("\n").split(" ", 3)
        child = os.fork()
        if child == 0:
            try:
                with open(file, "wb") as output:
                    os.dup2(output.fileno(), 1)
                    os.dup2(output.fileno(), 2)
                fuzz(parsers[name], int(seconds), 1, int(tries))
            finally:
                os._exit(1)  # the fuzzer has not begun, or has ended itself
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def main(name: str, seconds: str, seed: str = "1", tries: str = "0") -> None:
    """Fuzz one parser in this process."""
    fuzz(instrumented([name])[name], int(seconds), int(seed), int(tries))


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*sys.argv[1:])
    else:
        fuzz_in_forks(sys.stdin)
