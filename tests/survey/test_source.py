"""Every kind of source lists its images, reads one at a time, and says in a sentence what is wrong."""

import io

import numpy as np
import pytest
from PIL import Image

from core import MergeError
from network.phantoms import phantom
from survey.source import inside, open_source


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def test_a_folder_with_masks(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("b.png", "a/c.jpg", "a/d.webp"):
        save(tmp_path / "data" / name, rng.integers(0, 255, (11, 7, 3), np.uint8))
    save(tmp_path / "masks" / "b.png", (np.arange(77).reshape(11, 7) % 2).astype(np.uint8))
    np.save(tmp_path / "data" / "e.npy", np.zeros((3, 5)))
    (tmp_path / "data" / ".hidden.png").write_bytes(b"")
    (tmp_path / "data" / "note.txt").write_text("no image")
    source = open_source([str(tmp_path / "data")], str(tmp_path / "masks"))
    assert list(source.ids) == ["a/c.jpg", "a/d.webp", "b.png", "e.npy"]
    assert source.image(2).pixels.shape == (11, 7, 3)
    assert source.image(3).shape == (3, 5)
    assert [source.mask(at) is None for at in range(4)] == [True, True, False, True]
    assert source.mask(2).sum() == 38  # labels 0 and 1 of a PNG: every value but 0 is inside
    assert open_source([str(tmp_path / "data")], limit=3).ids == source.ids[:3]
    before = open_source([str(tmp_path / "data")]).digest
    assert before != source.digest
    save(tmp_path / "data" / "b.png", np.zeros((11, 7), np.uint8))
    assert open_source([str(tmp_path / "data")]).digest != before


@pytest.mark.parametrize("packed", [np.savez, np.savez_compressed])
def test_stacks(tmp_path, packed):
    images = np.random.default_rng(0).random((13, 5, 7, 1)).astype(np.float32)
    masks = images[..., 0] > 0.5
    packed(tmp_path / "both.npz", images=images, masks=masks)
    np.save(tmp_path / "alone.npy", images)
    (tmp_path / "masks").mkdir()
    np.save(tmp_path / "masks" / "alone.npy", masks)
    joined = open_source([str(tmp_path / "both.npz"), str(tmp_path / "alone.npy")], str(tmp_path / "masks"))
    assert len(joined.ids) == len(set(joined.ids)) == 26
    assert (joined.image(12) == images[12]).all()
    assert (joined.image(13) == images[0]).all()
    assert (joined.mask(14) == masks[1]).all()


def test_seeds_are_the_slices_of_the_generator():
    source = open_source(["seeds:100-101"])
    assert list(source.ids) == ["seed 100", "seed 101"]
    assert (source.image(1) == phantom(101).image).all()
    assert (source.mask(1) == (phantom(101).target[..., 0] > 0)).all()


def test_masks():
    floats = np.array([[0.4, 0.6]])
    assert inside(floats).tolist() == [[False, True]]
    assert inside((floats * 10).astype(np.uint8)).tolist() == [[True, True]]
    with pytest.raises(MergeError, match="rows and columns"):
        inside(np.zeros((3, 5, 7, 2)))


def test_what_is_wrong_is_said(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    np.save(tmp_path / "flat.npy", np.zeros((3, 5)))
    np.savez(tmp_path / "empty.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04")
    content = io.BytesIO()
    np.save(content, np.zeros((9, 9, 9)))
    (tmp_path / "cut.npy").write_bytes(content.getvalue()[:200])
    cases = {
        "nowhere": "is not read", "seeds:5-2": "no range", "seeds:a": "no range", "objects.npy": "cannot be read",
        "flat.npy": "image first", "empty.npz": "no array of images", "broken.npz": "cannot be read",
        "cut.npy": "cannot be read", ".": "holds no images",
    }  # fmt: skip
    (tmp_path / "sub").mkdir()
    for name, text in cases.items():
        path = tmp_path / "sub" if name == "." else tmp_path / name
        with pytest.raises(MergeError, match=text):
            open_source([name if name.startswith("seeds") else str(path)])
    with pytest.raises(MergeError, match="not a folder"):
        open_source(["seeds:0-1"], str(tmp_path / "none"))
