"""`inspect` on modules of PyTorch: MONAI's Attention U-Net, in-place operators, swapped operands, attention."""

import numpy as np
import pytest

import mergescope
from core.files.recording_reader import read_recording

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def unet():
    import torch
    from monai.networks.nets import AttentionUnet

    torch.manual_seed(0)
    return AttentionUnet(spatial_dims=2, in_channels=1, out_channels=2, channels=(8, 16, 32), strides=(2, 2))


X = np.random.default_rng(3).random((3, 1, 20, 28), dtype="float32")


def test_the_gates_of_monai_are_those_of_pytorch(unet, tmp_path):
    """Every attention block: map, gated features and features equal what hooks of PyTorch see, in the recording too."""
    import torch
    from monai.networks.nets.attentionunet import AttentionBlock

    found = {}
    unet.eval()
    blocks = {name: one for name, one in unet.named_modules() if isinstance(one, AttentionBlock)}
    hooks = [
        hook
        for name, block in blocks.items()
        for hook in (
            block.register_forward_hook(
                lambda _, given, result, name=name: found.setdefault(name, {}).update(x=given[1], result=result)
                if len(given) > 1 else found.setdefault(name, {}).update(result=result)
            ),
            block.psi.register_forward_hook(
                lambda _, __, result, name=name: found.setdefault(name, {}).update(alpha=result)
            ),
        )
    ]  # fmt: skip
    with torch.no_grad():
        unet(torch.as_tensor(X))
    for hook in hooks:
        hook.remove()
    unet.train()
    seen = mergescope.inspect(unet, X)
    assert unet.training
    assert len(blocks) == 2
    recording = read_recording(mergescope.record(unet, X, tmp_path / "unet.msr.npz").read_bytes())
    assert recording.index.channels == "first"
    (step,) = recording.index.steps
    for name, wanted in found.items():
        place = seen[name.replace(".", "/") + "/multiply"]
        assert place.gate == 1
        np.testing.assert_array_equal(place.inputs[1], wanted["alpha"].numpy())
        np.testing.assert_array_equal(place.output, wanted["result"].numpy())
        gated = recording.array(step.tensors[place.name][2].array)
        np.testing.assert_array_equal(gated, wanted["result"].numpy())
    assert set(seen.gates) == {name.replace(".", "/") + "/multiply" for name in blocks}


def test_gradients_are_those_of_pytorch(unet):
    """With respect to the map, through the product alone."""
    seen = mergescope.inspect(unet, X)
    name = next(iter(seen.gates))
    found = seen.gradients(name, index=(1, 0, 5, 7))
    x, _ = seen[name].inputs
    np.testing.assert_allclose(found.inputs[1], (found.upstream * x).sum(axis=1, keepdims=True), rtol=1e-4, atol=1e-6)
    assert np.abs(found.upstream).max() > 0


@pytest.fixture(scope="module")
def mixed():
    import torch
    from torch import nn

    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(3, 5, 3, padding=1)
            self.scale = nn.Parameter(torch.ones(5, 1, 1))
            self.blocks = nn.ModuleList([nn.Conv2d(5, 5, 1) for _ in range(2)])
            self.attention = nn.MultiheadAttention(5, 1, batch_first=True)

        def forward(self, x):
            kept = h = self.first(x)
            for block in self.blocks:
                h = torch.relu(block(h))
                h += kept
            h = h * self.scale * 2
            y = torch.cat([h, kept], dim=1)
            z = torch.maximum(y / (1 + y.abs()), y.mean(1, keepdim=True))
            flat = h.flatten(2).transpose(1, 2)
            attended, _ = self.attention(flat, flat, flat)
            return torch.rsub(z, y), torch.add(z, y, alpha=3), torch.einsum("bnc,bmc->bnm", flat, attended)

    torch.manual_seed(1)
    return Mixed()


def test_every_way_of_writing(mixed):
    """Operators, in place and swapped; weights and constants are no meeting; attention is one call."""
    seen = mergescope.inspect(mixed, np.random.default_rng(5).random((2, 3, 4, 7), dtype="float32"))
    assert [(place.name, place.operation) for place in seen] == [
        ("add", "Add"), ("add#2", "Add"), ("concatenate", "Concatenate"), ("div", ""), ("maximum", "Maximum"),
        ("attention", ""), ("subtract", "Subtract"), ("add#3", ""), ("einsum", ""),
    ]  # fmt: skip
    first = seen["add"]
    np.testing.assert_array_equal(first.inputs[0] + first.inputs[1], first.output)
    assert [source.call for source in first.meeting.sources] == ["blocks.0", "first"]
    minuend, subtrahend = seen["subtract"].inputs
    np.testing.assert_array_equal(seen["subtract"].output, minuend - subtrahend)
    assert seen["concatenate"].meeting.options == {"axis": 1}
    assert seen["concatenate"].alignment.output_shape == (2, 10, 4, 7)


def test_named_inputs_and_half_precision():
    """A dict of inputs goes to the arguments of that name; bfloat16 is recorded as float32."""
    import torch
    from torch import nn

    class Two(nn.Module):
        def forward(self, *, a, b):
            return a.to(torch.bfloat16) * b.to(torch.bfloat16)

    seen = mergescope.inspect(Two(), {"b": np.ones((2, 3), "float32"), "a": np.full((2, 1), 2.0, "float32")})
    assert seen["multiply"].tensors[-1].dtype == "bfloat16"
    np.testing.assert_array_equal(seen["multiply"].output, np.full((2, 3), 2, "float32"))
    assert seen["multiply"].shapes == ((2, 1), (2, 3), (2, 3))


@pytest.mark.parametrize("change", ["read-only", "negative strides", "big-endian", "Fortran"])
def test_however_an_input_is_stored(change, recwarn):
    """PyTorch itself rejects or warns of most of them."""
    image = X.copy()
    image.flags.writeable = False
    stored = {
        "read-only": image, "negative strides": X[:, :, ::-1, ::-1],
        "big-endian": X.astype(">f4"), "Fortran": np.asfortranarray(X),
    }[change]  # fmt: skip
    import torch
    from torch import nn

    class Gate(nn.Module):
        def forward(self, x):
            return x * torch.sigmoid(x)

    place = mergescope.inspect(Gate(), stored)["multiply"]
    np.testing.assert_array_equal(place.inputs[0], stored)
    assert not [one for one in recwarn if "writable" in str(one.message)]
    with pytest.raises(mergescope.MergeError, match="ndarray of dtype object cannot be converted"):
        mergescope.inspect(Gate(), np.ones((2, 3), object))


def test_tensors_are_shown():
    """With a gradient, on the backend of PyTorch."""
    import torch

    pytest.importorskip("anywidget")
    widget = mergescope.show("Add", torch.ones(2, 3, requires_grad=True), torch.ones(2, 3))
    assert widget.view.panels[-1].value.tolist() == [[2, 2, 2], [2, 2, 2]]
