"""Pasted values: what libraries print is read with its dtype, and all else is rejected with what is at fault."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError
from ui.files.uploads import read_list

NO_LIST = "This is not a list of numbers; it should look like [[1, 2], [3, 4]]."


BAD_LISTS = {
    "": NO_LIST,
    "[1, 2": "The bracket [ at character 1 is not closed.",
    "[1, 2)": "')' on line 1, character 6, is not understood.",
    "[1, 2;\n 3]": "';' on line 1, character 6, is not understood.",
    "[[1, 2],\n [3, €]]": "'€' on line 2, character 6, is not understood.",
    "[1, ..., 9]": "The values are shortened by ... on line 1; print them whole, as with "
    "numpy.set_printoptions(threshold=100000).",
    "hello": "'hello' at character 1 is not a number.",
    "[" * 90_000: "The list is nested too deeply; at most 6 axes are drawn.",
    "[1, 2], [3]": "The list is ragged: element [1] has the shape (1,), the first one beside it (2,).",
    "[[1, 2], [3]]": "The list is ragged: element [1] has the shape (1,), the first one beside it (2,).",
    "[[[1], [2]], [[3], 4]]": "The list is ragged: element [1, 1] has the shape (), the first one beside it (1,).",
    "[1, [2]]": "The list is ragged: element [1] has the shape (1,), the first one beside it ().",
    '[1, "two"]': "'\"two\"' at character 5 is not a number.",
    "[[1], [null]]": "'null' at character 8 is not a number.",
    '{"a": 1}': "'{' on line 1, character 1, is not understood.",
    "[[[[[[[1]]]]]]]": "7 axes were typed; at most 6 are drawn.",
    "[[[[[[[[1]]]]]]]]": "The list is nested too deeply; at most 6 axes are drawn.",
    "[" * 5_000 + "1" + "]" * 5_000: "The list is nested too deeply; at most 6 axes are drawn.",
    "1," * 60_000: "The list has 120,000 characters; up to 100,000 are read.",
    "[1 000]": "'0' on line 1, character 4, is not understood.",
    "[1-2]": "'-' on line 1, character 3, is not understood.",
    "[1.2.3]": "'.' on line 1, character 5, is not understood.",
    "[1__0]": "'_' on line 1, character 3, is not understood.",
    "[1L]": "'L' on line 1, character 3, is not understood.",
    "[1,,2]": "',' on line 1, character 4, is not understood.",
    "1,,2": "',' on line 1, character 3, is not understood.",
    "[1/2]": "'/' on line 1, character 3, is not understood.",
    "[1, 2 3]": "Separate all values in the same way, with commas or with blanks: before '3' at character 7 the "
    "separator is another one.",
    "1,5 2,5": "Separate all values in the same way, with commas or with blanks: before '2' at character 5 the "
    "separator is another one.",
    "[1., 2.+3.j]": "'2.+3.j' at character 6 is complex; only real numbers are read.",
    "masked_array(data=[1, --, 3])": "'-' on line 1, character 23, is not understood.",
    "foo([1, 2])": "'foo' at character 1 is not a number.",
    "exec([1])": "'exec' at character 1 is not a number.",
    "np.random.normal(size=(2, 3))": "'np.random.normal' at character 1 is not a number.",
    "np.array([1, 2])[0]": "'[' on line 1, character 17, is not understood.",
    "np.array([1, 2]).T": "'.' on line 1, character 17, is not understood.",
    "np.array([1, 2]) * 3": "'*' on line 1, character 18, is not understood.",
    "array([300], dtype=uint8)": "300 does not fit the dtype uint8.",
    "np.arange(6).reshape(2, 2)": "6 values do not fit the shape (2, 2).",
    "np.zeros((9000, 9000))": "(9000, 9000) has 81,000,000 elements; at most 4,000,000 are computed.",
    "np.arange(1000000000000)": "(1000000000000,) has 1,000,000,000,000 elements; at most 4,000,000 are computed.",
    "<KerasTensor shape=(None, 3)>": "'<KerasTensor shape=(None, 3)>' at character 1 is not a number.",
    "[1" + "0" * 400 + "]": "A number of 401 digits is too large.",
    "[" + "9" * 5_000 + "]": "A number of 5000 digits is too large.",
}


@pytest.mark.parametrize("text", BAD_LISTS, ids=lambda text: text[:20])
def test_each_bad_list_gets_its_sentence(text):
    """Ragged lists are named by the place of the first odd part."""
    with pytest.raises(MergeError) as caught:
        read_list(text)
    assert str(caught.value) == BAD_LISTS[text]


GOOD_LISTS = {  # as Python, NumPy and others print them, and as people type
    "[[1., 2.], [3., 4.]]": [[1.0, 2.0], [3.0, 4.0]],
    "array([[1., 2.],\n       [3., 4.]])": [[1.0, 2.0], [3.0, 4.0]],
    "np.array([1, 2], dtype=np.float32)": [1, 2],
    "[[1. 2.]\n [3. 4.]]": [[1.0, 2.0], [3.0, 4.0]],
    "[.5, 1]": [0.5, 1],
    "[True, False]": [True, False],
    "[1, 2,]": [1, 2],
    "(1,)": [1],
    "[+1]": [1],
    "[1_000]": [1000],
    "[np.float64(1.0), np.float64(2.5)]": [1.0, 2.5],
    "tensor([[1., 2.]])": [[1.0, 2.0]],
    "tensor([1., 2.], device='cuda:0', grad_fn=<AddBackward0>)": [1.0, 2.0],
    "[np.True_, np.False_]": [True, False],
    "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)": [[1.0, 2.0], [3.0, 4.0]],
    "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>": [1.0, 2.0],
    "Array([1., 2.], dtype=float32)": [1.0, 2.0],
    "1, 2, 3": [1, 2, 3],
    "1 2 3": [1, 2, 3],
    "1 2\n3 4": [[1, 2], [3, 4]],
    "[1,\u00a02]": [1, 2],
    "[\u22121, 2]": [-1, 2],
    "[nan, -inf, Infinity]": [np.nan, -np.inf, np.inf],
    "[1e3 -2.5E-1]": [1000.0, -0.25],
    "[1, 2], [3, 4]": [[1, 2], [3, 4]],
    "5": 5,
    # as programs write them
    "[0x1F, 0b101, 0o17]": [31, 5, 15],
    "[float('nan'), -float('inf')]": [np.nan, -np.inf],
    "[Decimal('1.5'), Fraction(1, 4), int(3)]": [1.5, 0.25, 3.0],
    "array('d', [1.0, 2.5])": [1.0, 2.5],
    "deque([1, 2], maxlen=5)": [1, 2],
    "range(2, 8, 3)": [2, 5],
    "np.arange(6).reshape(2, 3)": [[0, 1, 2], [3, 4, 5]],
    "np.arange(6).reshape((-1, 2)).copy()": [[0, 1], [2, 3], [4, 5]],
    "np.zeros((2, 3))": [[0.0] * 3] * 2,
    "np.ones(2)": [1.0, 1.0],
    "np.full((2, 1), 7)": [[7], [7]],
    "np.eye(2)": [[1.0, 0.0], [0.0, 1.0]],
    "np.linspace(0, 1, 3)": [0.0, 0.5, 1.0],
    "-np.array([1, 2])": [-1, -2],
    "array([], shape=(0, 3), dtype=float64)": np.zeros((0, 3)),
    # with what is around them
    "x = [1, 2, 3]": [1, 2, 3],
    "weights: list = [1, 2]": [1, 2],
    ">>> np.array([[1, 2],\n...           [3, 4]])": [[1, 2], [3, 4]],
    "In [1]: [1, 2]": [1, 2],
    "Out[12]: \narray([1, 2])": [1, 2],
    "```python\n[1, 2]\n```": [1, 2],
    "[1, 2,  # two\n 3]": [1, 2, 3],
    "[1, 2];": [1, 2],
    "［１，２］": [1, 2],  # from an East Asian keyboard
    "[1、2]": [1, 2],
    # as the libraries print them: TensorFlow 2.21, Keras 3.15, PyTorch 2.13, JAX 0.10
    "<tf.Variable 'gate/w:0' shape=(2, 2) dtype=float32, numpy=\narray([[1. , 2. ],\n       [3. , 4.5]], "
    "dtype=float32)>": [[1.0, 2.0], [3.0, 4.5]],
    "<Variable path=dense/kernel, shape=(2, 2), dtype=float32, value=[[1.  2. ]\n [3.  4.5]]>": [
        [1.0, 2.0],
        [3.0, 4.5],
    ],
    "[<tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>, <tf.Tensor: shape=(2,), dtype=int32, "
    "numpy=array([3, 4], dtype=int32)>]": [[1, 2], [3, 4]],
    "(<tf.Tensor: shape=(), dtype=float32, numpy=1.0>, <tf.Tensor: shape=(), dtype=float32, numpy=2.0>)": [1.0, 2.0],
    "tf.Tensor([], shape=(0, 3), dtype=float32)": np.zeros((0, 3)),
    "Parameter containing:\ntensor([[1.0, 2.0]], requires_grad=True)": [[1.0, 2.0]],
    "[tensor(1.), tensor(2.)]": [1.0, 2.0],
    "tensor([[1., 2.]], device='cuda:0', grad_fn=<AddmmBackward0>)": [[1.0, 2.0]],
    "tensor([], size=(0, 3))": np.zeros((0, 3)),
    "Array([[1, 2],\n       [3, 4.5]], dtype=bfloat16)": [[1.0, 2.0], [3.0, 4.5]],
    "Array(3, dtype=int32, weak_type=True)": 3,
}

DTYPES = {  # the one that the text names, and else what the library that printed it has
    "[1, 2]": "int64",
    "[1, 2.5]": "float64",
    "[True]": "bool",
    "array([1, 2], dtype=uint8)": "uint8",
    "np.array([1, 2], np.float16)": "float16",
    "array([1, 2], dtype='>i4')": "int32",
    "array([18446744073709551615], dtype=uint64)": "uint64",
    "[np.float32(1.5), np.float32(2.)]": "float32",
    "array('h', [1, 2])": "int16",
    "tf.Tensor([1 2], shape=(2,), dtype=int8)": "int8",
    "<tf.Tensor: shape=(), dtype=float16, numpy=3.0>": "float16",
    "<Variable path=w, shape=(1,), dtype=float16, value=[1.]>": "float16",
    "tf.constant([1, 2])": "int32",
    "jnp.array([1., 2.])": "float32",
    "tensor([1., 2.])": "float32",
    "tensor([1, 2])": "int64",
    "torch.Tensor([1, 2])": "float32",
    "tensor([1., 2.], dtype=torch.float64)": "float64",
    "tensor([True])": "bool",
    "np.zeros((2, 3), dtype=int)": "int64",
    "[1, 2].astype(uint16)": "uint16",
}


@pytest.mark.parametrize("text", GOOD_LISTS)
def test_what_is_printed_can_be_pasted(text):
    """The values, and the shape."""
    read, wanted = read_list(text), np.array(GOOD_LISTS[text])
    assert read.shape == wanted.shape
    np.testing.assert_array_equal(read, wanted)


@pytest.mark.parametrize("text", DTYPES)
def test_the_dtype_is_kept(text):
    """Average of uint8 wraps and that of int64 does not, so the dtype is part of what is pasted."""
    assert read_list(text).dtype == DTYPES[text]


def test_every_bit_of_an_integer_is_kept():
    """uint64 beyond what a double holds."""
    assert read_list("array([18446744073709551615], dtype=uint64)").tolist() == [2**64 - 1]
    assert read_list("[9007199254740993, -9007199254740993]").tolist() == [2**53 + 1, -(2**53) - 1]


@given(st.lists(st.lists(st.floats(width=32), min_size=1, max_size=4), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_numpy_prints_what_is_read(rows):
    """`str` and `repr` of an array give its values back."""
    width = min(map(len, rows))
    values = np.array([row[:width] for row in rows])
    with np.printoptions(floatmode="unique", threshold=10_000):
        for text in (str(values), repr(values), str(values.tolist())):
            np.testing.assert_array_equal(read_list(text), values)


@given(
    st.recursive(st.integers(-(2**70), 2**70) | st.floats() | st.booleans(), lambda inner: st.lists(inner, max_size=4))
)
@settings(max_examples=300, deadline=None)
def test_lists_are_read_as_numpy_reads_them(values):
    """Whatever is rectangular comes out with the shape and the values that NumPy gives; all else is refused."""
    try:
        wanted = np.array(values, dtype=float)
    except ValueError:
        wanted = None
    if wanted is None or wanted.ndim > 6:
        with pytest.raises(MergeError):
            read_list(str(values))
        return
    read = read_list(str(values).replace("True", "true").replace("False", "false"))
    assert read.shape == wanted.shape
    np.testing.assert_array_equal(read.astype(float), wanted)


PIECES = st.lists(
    st.sampled_from(
        ["[", "]", "(", ")", ",", " ", "\n", "=", ">", "1", "-2.5", "1j", "nan", "array", "np.zeros", "arange", "0x",
         "tensor", "float", "dtype", "shape", "uint8", ".reshape", ".astype", "'x'", "<tf.Tensor: numpy=", "<X>", "#",
         "...", "x = ", ">>> "]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(st.text(max_size=60) | st.text(alphabet="[](),.-e0123456789 nafi", max_size=60) | PIECES)
@settings(max_examples=800, deadline=None)
def test_any_text_is_a_list_or_a_sentence(text):
    """Nothing else escapes."""
    try:
        assert read_list(text).ndim <= 6
    except MergeError as error:
        assert len(str(error)) < 200
