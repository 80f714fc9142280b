"""Hostile files: each is made here, and stands with a part of the sentence that it must get.

The tricks are those of past Keras vulnerabilities (CVE-2024-3660, 2025-1550, 2025-8747, 2025-9905, 2025-9906,
2025-12058, 2026-0897, 2026-1462, 2026-1669, 2026-12481, 2026-12570), of archives, and of our own reader.
"""

import io
import json
import struct
import zipfile

import h5py
import numpy as np


def archive(config=None, weights=None, *, extra=(), compression=zipfile.ZIP_STORED, raw=None) -> bytes:
    """A .keras file of these parts; `raw` stands for config.json as bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        file.writestr("config.json", raw if raw is not None else json.dumps(config))
        file.writestr("model.weights.h5", weights if weights is not None else hdf5(lambda _: None))
        for name, content in extra:
            file.writestr(name, content)
    return stream.getvalue()


def hdf5(fill) -> bytes:
    """An HDF5 file that `fill` has written into."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def tensor(name, shape=(None, 3), call=0):
    """A tensor as Keras 3 saves it."""
    inside = {"shape": list(shape), "dtype": "float32", "keras_history": [name, call, 0]}
    return {"class_name": "__keras_tensor__", "config": inside}


def layer(class_name, name, inputs=(), module="keras.layers", **config):
    """One layer; each of `inputs` is the arguments of a call."""
    nodes = [{"args": args, "kwargs": {}} for args in inputs]
    own = {"name": name} | config
    whole = {"module": module, "class_name": class_name, "config": own, "registered_name": None}
    return whole | {"name": name, "inbound_nodes": nodes}


def model(*entries, name="m", output=None):
    """A functional model of an input x of shape (None, 3) and these layers."""
    first = layer("InputLayer", "x", batch_shape=[None, 3], dtype="float32")
    config = {
        "name": name,
        "layers": [first, *entries],
        "input_layers": [["x", 0, 0]],
        "output_layers": [[output or (entries[-1]["name"] if entries else "x"), 0, 0]],
    }
    return layer("Functional", name, module="keras.src.models.functional") | {"config": config}


def one(class_name, **config):
    """A model of one such layer on x."""
    return archive(model(layer(class_name, "odd", [[tensor("x")]], **config)))


def function(module, name):
    """A function by its module, in the place of an activation."""
    return one(
        "Activation", activation={"module": module, "class_name": "function", "config": name, "registered_name": name}
    )


def doubling(depth):
    """Models within models, each called twice: 2 to the power of `depth` calls from a few lines."""
    inner = model(layer("ReLU", "r", [[tensor("x")]]))
    for level in range(depth):
        name = f"inner{level}"
        twice = inner | {
            "name": name,
            "config": inner["config"] | {"name": name},
            "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}, {"args": [tensor(name)], "kwargs": {}}],
        }
        inner = model(twice, output=name)
        inner["config"]["output_layers"] = [[name, 2, 0]]
    return archive(inner)


def deep_models(depth):
    """Models within models, each called once."""
    inner = model(layer("ReLU", "r", [[tensor("x")]]))
    for level in range(depth):
        inner = model(inner | {"name": f"n{level}", "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]})
        inner["config"]["output_layers"] = [[f"n{level}", 1, 0]]
    return archive(inner)


def _with_inputs(count):
    """A model of so many inputs besides x."""
    more = [layer("InputLayer", f"x{n}", batch_shape=[None, 3], dtype="float32") for n in range(count)]
    whole = model(*more, layer("Add", "a", [[[tensor(f"x{n}") for n in range(count)]]]))
    whole["config"]["input_layers"] += [[entry["name"], 0, 0] for entry in more]
    return whole


def many_ends(key):
    """A hundred thousand inputs, or outputs, that are one and the same tensor."""
    entry = model(layer("ReLU", "r", [[tensor("x")]]))
    return archive(entry | {"config": entry["config"] | {key: [["x", 0, 0]] * 100_000}})


def wide_input(*sizes, dtype="float32"):
    """An Add on an input of these sizes; the file is small."""
    whole = model(layer("Add", "a", [[[tensor("x", (None, *sizes)), tensor("x", (None, *sizes))]]]))
    whole["config"]["layers"][0]["config"] |= {"batch_shape": [None, *sizes], "dtype": dtype}
    return archive(whole)


def patched(content: bytes, old: bytes, new: bytes, *, last=False) -> bytes:
    """One place changed."""
    place = content.rfind(old) if last else content.find(old)
    assert place >= 0
    return content[:place] + new + content[place + len(old) :]


def encrypted() -> bytes:
    """The flag of encryption set, in both places where a zip has it."""
    content = bytearray(archive(model()))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying_size() -> bytes:
    """config.json says that it is small, and unpacks to 64 MB."""
    content = archive(raw=b" " * 64_000_000 + b"{}", compression=zipfile.ZIP_DEFLATED)
    return content.replace(struct.pack("<I", 64_000_002), struct.pack("<I", 1_000))


def overlapping() -> bytes:
    """Forty names for one and the same packed megabyte."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("assets/a", np.random.default_rng(0).bytes(1_000_000))
        first = file.infolist()[0]
        for number in range(40):
            copy = zipfile.ZipInfo(f"assets/{number}")
            copy.header_offset, copy.CRC = first.header_offset, first.CRC
            copy.file_size = copy.compress_size = first.file_size
            file.filelist.append(copy)
        file.writestr("config.json", "{}")
    return stream.getvalue()


def other_zip(name, content=b"x") -> bytes:
    """A zip with one foreign member and no config."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(name, content)
    return stream.getvalue()


def twice() -> bytes:
    """config.json twice; another reader may take the other one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("config.json", json.dumps(model()))
        file.writestr("config.jsoN", json.dumps(model()))
    return stream.getvalue().replace(b"config.jsoN", b"config.json")


_GOOD = archive(model())
_CIRCLE = model(layer("ReLU", "a", [[tensor("b")]]), layer("ReLU", "b", [[tensor("a")]]))
_LAMBDA = {"class_name": "__lambda__", "config": {"value": "gASVAAAA"}}
_RELU = layer("ReLU", "r", [[tensor("x")]])

UNREADABLE = {  # what: (the file, a part of the sentence)
    "empty": (b"", "The file is empty."),
    "text": (b"hello world, this is no model" * 10, "This is not a .keras archive."),
    "png": (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "this is PNG"),
    "h5": (hdf5(lambda file: file.create_dataset("a", data=[1.0])), "HDF5"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n.", "pickle"),
    "protocol buffer": (b"\x08\x01\x12\x0abackend", "protocol buffer"),
    "saved model": (other_zip("saved_model.pb"), "SavedModel"),
    "pytorch": (other_zip("archive/data.pkl"), "PyTorch"),
    "no config": (other_zip("weights.bin"), "it has no config.json"),
    "cut off": (_GOOD[: len(_GOOD) // 2], "damaged or cut off"),
    "one byte changed": (patched(_GOOD, b'"layers"', b'"Layers"'), "damaged or cut off"),
    "encrypted": (encrypted(), "is encrypted"),
    "member twice": (twice(), "appears twice in the archive"),
    "path up": (archive(model(), extra=[("../../etc/cron.d/x", "x")]), "leads out of the archive"),
    "absolute path": (archive(model(), extra=[("/etc/passwd", "x")]), "leads out of the archive"),
    "path up in assets": (archive(model(), extra=[("assets/../../x", "x")]), "leads out of the archive"),
    "archive within": (archive(model(), extra=[("inner.zip", _GOOD)]), "archive within the archive"),
    "model within": (archive(model(), extra=[("inner.keras", _GOOD)]), "archive within the archive"),
    "foreign member": (archive(model(), extra=[("setup.py", "x")]), "is not part of a .keras file"),
    "member without a name": (archive(model(), extra=[(zipfile.ZipInfo(""), "x")]), "damaged or cut off"),
    "config bomb": (archive(raw=b" " * 50_000_000 + b"{}", compression=zipfile.ZIP_DEFLATED), "would unpack to 51 MB"),
    "weights bomb": (archive(model(), bytes(50_000_000), compression=zipfile.ZIP_DEFLATED), "as a zip bomb does"),
    "lying size": (lying_size(), "damaged or cut off"),
    "overlapping": (overlapping(), ""),  # newer Pythons refuse it themselves
    "other packing": (archive(model(), compression=zipfile.ZIP_LZMA), "uses a compression method"),
    "many members": (archive(model(), extra=[(f"assets/{n}", "x") for n in range(80)]), "The archive holds 83 files"),
    "deep json": (archive(raw=b"[" * 100_000 + b"]" * 100_000), "nested too deeply"),
    "not utf-8": (archive(raw=b'{"a": "\xff\xfe"}'), "not valid JSON"),
    "nan": (archive(raw=b'{"a": NaN}'), "not valid JSON"),
    "quotes without end": (archive(raw=b'"\\' * 2_000_000), "not valid JSON"),
    "half json": (archive(raw=b'{"a": '), "not valid JSON"),
    "half a sign": (archive(raw=json.dumps(model(layer("Add", "\ud800", [[tensor("x")]]))).encode()), "not valid JSON"),
    "half a sign as a key": (archive(raw=b'{"\\uDFFF": 1}'), "not valid JSON"),
    "endless number": (archive(raw=b'{"a": ' + b"9" * 100_000 + b"}"), "not valid JSON"),
    "list": (archive(raw=b"[1, 2]"), "holds no model"),
    "no layers": (archive({"class_name": "Dense", "config": {}}), "no model made of layers"),
    "layers of another type": (archive(model() | {"config": {"layers": [1, "a"]}}), "does not have the form"),
    "name of another type": (
        archive(model(layer("ReLU", "r", [[tensor("x")]]) | {"name": 7})), "does not have the form",
    ),
    "history of another type": (archive(model(layer("ReLU", "r", [[tensor(["x"])]]))), "does not have the form"),
    "negative call": (archive(model(layer("ReLU", "r", [[tensor("x", call=-1)]]))), "does not have the form"),
    "circle": (archive(_CIRCLE), "has a cycle"),
    "from nowhere": (archive(model(layer("ReLU", "a", [[tensor("ghost")]]))), "which does not exist in the model"),
    "one name twice": (archive(model(_RELU, _RELU)), "Two layers have the name"),
    "doubling": (doubling(14), "more than 2,000 layers"),
    "doubling without end": (doubling(15), "more than 2,000 layers"),
    "models in models": (deep_models(20), "nested"),
    "many layers": (
        archive(model(*(layer("ReLU", f"r{n}", [[tensor("x")]]) for n in range(3_000)))), "more than 2,000 layers",
    ),
    "many outputs": (many_ends("output_layers"), "more than 20,000 inputs or outputs"),
    "many inputs": (many_ends("input_layers"), "more than 20,000 inputs or outputs"),
    "negative size": (archive(model(layer("ReLU", "r", [[tensor("x", (None, -5))]]))), "is not a valid shape"),
    "immense rank": (archive(model(layer("ReLU", "r", [[tensor("x", (1,) * 50)]]))), "is not a valid shape"),
}  # fmt: skip

REFUSED = {  # shown, never run
    "lambda layer": (one("Lambda", function=_LAMBDA), "contains custom code"),
    "lambda within a wrapper": (one("TimeDistributed", layer=layer("Lambda", "l", function=_LAMBDA)), "custom code"),
    "lambda as activation": (one("Dense", units=3, activation=_LAMBDA), "contains custom code"),
    "lambda as argument": (archive(model(layer("ReLU", "r", [[tensor("x"), _LAMBDA]]))), "contains custom code"),
    "lambda as initializer": (one("Dense", units=3, kernel_initializer=_LAMBDA), "contains custom code"),
    "lambda in a nested model": (
        archive(model(model(layer("Lambda", "l", [[tensor("x")]]), name="n") | {"inbound_nodes": []}, _RELU)),
        "contains custom code",
    ),
    "saved model layer": (one("TFSMLayer", filepath="/tmp/a"), "loads a SavedModel"),
    "vocabulary file": (one("StringLookup", vocabulary="/etc/passwd"), "reads files or vocabularies"),
    "vocabulary of numbers": (one("IntegerLookup", vocabulary="http://a/b"), "reads files or vocabularies"),
    "torch module": (one("TorchModuleWrapper", module="gASV"), "wraps code of another library"),
    "own class": (one("Mine", module="my_layers"), "my_layers.Mine is not part of Keras"),
    "own class without module": (one("Mine", module=None), "is not part of Keras"),
    "registered class": (
        archive(model(layer("Dense", "odd", [[tensor("x")]], units=3) | {"registered_name": "package>Dense"})),
        "is not part of Keras",
    ),
    "os": (one("system", module="os"), "os.system is not part of Keras"),
    "function of os": (function("os", "system"), "os.system is not on the list"),
    "function of builtins": (function("builtins", "eval"), "eval is not on the list"),
    "get_file": (function("keras.utils", "get_file"), "keras.utils.get_file is not on the list"),
    "unsafe switch": (function("keras.config", "enable_unsafe_deserialization"), "is not on the list"),
    "load_model": (function("keras.models", "load_model"), "is not on the list"),
    "class of keras, not a layer": (
        one("Progbar", module="keras.utils"), "keras.utils.Progbar is a part of Keras that is not run here yet"
    ),
    "inner module of keras": (one("H5IOStore", module="keras.src.saving.saving_lib"), "is not run here yet"),
    "loop": (one("WhileLoop", module="keras.src.ops.core"), "is not run here yet"),
    "type of TensorFlow": (
        one("Activation", activation={"class_name": "__typespec__", "config": [], "module": "tensorflow"}),
        "is not part of Keras",
    ),
    "policy with a tokenizer": (one("Dense", units=3, quantization_config={
        "module": "keras.quantizers", "class_name": "GPTQConfig", "config": {}, "registered_name": None,
    }), "is not run here yet"),
    "assets": (archive(model(_RELU), extra=[("assets/vocabulary.txt", "a\nb")]), "reads files or vocabularies"),
    "immense layer": (one("Dense", units=200_000_000), "declares 600,000,000 weights"),
    "immense embedding": (one("Embedding", input_dim=10**9, output_dim=64), "declares 64,000,000,000 weights"),
    "immense window": (one("Conv1D", filters=64, kernel_size=[10**8]), "weights"),
    "size beyond all": (one("UpSampling2D", size=2**62), "a size beyond"),
    "inputs for a screen of a mile": (
        archive(_with_inputs(65)), "The model has 66 inputs; up to 64 are supported."
    ),
    "text": (
        archive(model(layer("InputLayer", "words", batch_shape=[None, 1], dtype="string"), output="words")),
        "takes text",
    ),
}  # fmt: skip


def whole_hdf5(config, fill=lambda file: file.create_group("model_weights"), version="2.15.0") -> bytes:
    """A legacy .h5 file of this config."""

    def write(file):
        text = config if isinstance(config, str) else json.dumps(config)
        file.attrs["model_config"], file.attrs["keras_version"] = text, version
        fill(file)

    return hdf5(write)


def old(class_name, **config):
    """A model of Keras 2 with one such layer on x."""
    whole = model(layer(class_name, "odd", **config))
    whole["config"]["layers"][1] |= {"inbound_nodes": [[["x", 0, 0, {}]]], "module": None}
    return whole


def _external_link(file):
    file["layers"] = h5py.ExternalLink("/etc/passwd", "/")


def _external_storage(file):
    file.create_dataset("0", (10,), "u1", external=[("/etc/passwd", 0, 10)])


def _virtual(file):
    layout = h5py.VirtualLayout((10,), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "a", (10,))
    file.create_virtual_dataset("0", layout)


def _circle(file):
    file["a/b"] = file["/"] if "a" not in file else file.create_group("c")


def _text(file):
    file.create_dataset("0", data=["a", "b"], dtype=h5py.string_dtype())


WEIGHTS = {
    "another format": (b"PK\x03\x04" + b"0" * 100, "not an HDF5 file"),
    "cut off": (hdf5(lambda file: file.create_dataset("0", data=np.ones(9_000)))[:9_000], "damaged or cut off"),
    "scrambled": (hdf5(lambda _: None)[:40] + b"\xa5" * 3_000, "damaged or cut off"),
    "external link": (hdf5(_external_link), "point at another file"),
    "soft link": (hdf5(lambda file: file.__setitem__("a", h5py.SoftLink("/a"))), "a link instead of numbers"),
    "external storage": (hdf5(_external_storage), "from another file"),
    "virtual dataset": (hdf5(_virtual), "from another file"),
    "declared, not stored": (
        hdf5(lambda file: file.create_dataset("0", (2**29,), "f4")), "declares 2,147.5 MB and stores 0 bytes",
    ),
    "packed bomb": (
        hdf5(lambda file: file.create_dataset("0", data=np.zeros(4_000_000, "f4"), compression="gzip")),
        "declares 16.0 MB",
    ),
    "in a circle": (hdf5(_circle), "nested too deeply"),
    "text": (hdf5(_text), "does not hold plain numbers"),
}  # fmt: skip


def _many_attributes(file):
    for number in range(200):
        file.attrs[f"a{number}"] = 1


HDF5 = {  # whole files in the form of Keras 2, none of which is read
    "external link": (whole_hdf5(old("ReLU"), _external_link), "point at another file"),
    "soft link": (whole_hdf5(old("ReLU"), lambda file: file.__setitem__("a", h5py.SoftLink("/a"))), "a link instead"),
    "external storage": (whole_hdf5(old("ReLU"), _external_storage), "from another file"),
    "virtual dataset": (whole_hdf5(old("ReLU"), _virtual), "from another file"),
    "declared, not stored": (
        whole_hdf5(old("ReLU"), lambda file: file.create_dataset("0", (2**29,), "f4")), "stores 0 bytes",
    ),
    "in a circle": (whole_hdf5(old("ReLU"), _circle), "nested too deeply"),
    "many attributes": (whole_hdf5(old("ReLU"), _many_attributes), "attributes"),
    "cut off": (whole_hdf5(old("ReLU"), lambda file: file.create_dataset("0", data=np.ones(9_000)))[:9_000], "damaged"),
    "no model": (whole_hdf5("{}"), "save all of it"),
    "config of another type": (whole_hdf5("[1, 2]"), "holds no model"),
    "deep json": (whole_hdf5("[" * 10_000 + "]" * 10_000), "nested too deeply"),
    "weights alone": (hdf5(lambda file: file.create_dataset("a", data=[1.0])), "weights alone"),
    "layers of another type": (
        whole_hdf5(old("ReLU") | {"config": {"layers": [7], "name": "m"}}), "does not have the form",
    ),
}  # fmt: skip

HDF5_REFUSED = {  # listed, never run
    "lambda": (whole_hdf5(old("Lambda", function=["4wEAAA==", None, None])), "contains custom code"),
    "own class": (whole_hdf5(old("Mine")), "is not part of Keras"),
    "function": (whole_hdf5(old("Activation", activation=_LAMBDA)), "contains custom code"),
    "function of TensorFlow": (whole_hdf5(old("TFOpLambda", function="io.read_file")), "function of TensorFlow"),
    "setting of Keras 2 alone": (whole_hdf5(old("BatchNormalization", renorm=True)), "exists in Keras 2 only"),
    "immense layer": (whole_hdf5(old("Dense", units=200_000_000)), "declares 600,000,000 weights"),
}  # fmt: skip
