"""The one escaper of foreign text: names of layers and files, Keras's messages, stories."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.text import plain

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("https://x.test/a", "https:\u2060//x.test/a"),
        ("HTTP://x.test", "HTTP:\u2060//x.test"),
        ("www.x.test", "www\u2060.x.test"),
        ("a@b", "a\u2060@b"),
        ("conv2d_1/kernel", r"conv2d\_1/kernel"),
        ("**bold** `code` [a](b)", r"\*\*bold\*\* \`code\` \[a\](b)"),
        ("<b>", r"\<b\>"),
        ("# 1", r"\# 1"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("1.5 - 2", "1.5 - 2"),
        ("(5, 1, 5) × (5, 4, 5)", "(5, 1, 5) × (5, 4, 5)"),
        (":smile:", ":\u2060smile:"),
        (":material/x", ":\u2060material/x"),
        (":red[x]", r"\:red\[x\]"),
        ("-", r"\-"),
        ("12.", r"12\."),
        ("Title\n==", "Title\n\\=="),
        ("a\n\n    b", "a\n\n\u2060    b"),
        ("a -> b", "a -\u2060\\> b"),
        ("a->b", r"a-\>b"),
    ],
)
def test_by_hand(name, wanted):
    """Addresses, icons, emoji and arrows of Streamlit are interrupted; the rest is escaped."""
    assert plain(name) == wanted


def test_emphasis_may_be_kept():
    assert plain("**a** *b* [c]", emphasis=True) == r"**a** *b* \[c\]"


@given(st.text())
def test_nothing_is_lost(name):
    """Without backslashes and joiners it is the text that was passed."""
    seen = re.sub(r"\\([\\`*_\[\]<>~$|#!&{}^:+.=)-])", r"\1", plain(name)).replace(JOINER, "")
    assert seen == name.replace(JOINER, "")


@given(st.text(alphabet="whtps:/.@-<>=~ \nabc1"))
def test_no_address_and_no_replaced_sign_is_left(name):
    """What GFM or Streamlit would turn into a link, an emoji or an arrow does not occur."""
    shown = plain(name).replace("\\", "")
    assert not re.search(r"(?i)(https?|ftp)://|\bwww\.|[\w.+-]@\w", shown)
    assert not re.search(r"(?:^|\s)(<->|->|<-|--|>=|<=|~=)(?:\s|$)", shown)
    assert not re.search(r":[\w+-]+:", shown)
