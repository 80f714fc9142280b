"""The text of a story as Markdown: emphasis, code and lists work, nothing else does."""

import pytest

from ui.text import plain, safe_markdown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain, with (5, 1) × 3", "plain, with (5, 1) × 3"),
        ("**bold** and *italic*", "**bold** and *italic*"),
        ("- one\n- two", "- one\n- two"),
        ("`x[0] * <b>`", "`x[0] * <b>`"),
        ("a ``double` tick", r"a \`\`double\` tick"),
        ("![a](http://x.test/b.png)", "\\!\\[a\\](http:\u2060//x.test/b.png)"),
        ("<img src=x>", r"\<img src=x\>"),
        (":material/home: :red[a]", ":\u2060material/home: \\:red\\[a\\]"),
        (":smile: -> >= --", ":\u2060smile: -\u2060\\> \\>\u2060= -\u2060-"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("$x$ ~~a~~ | # &amp; {y}", r"\$x\$ \~\~a\~\~ \| \# \&amp; \{y\}"),
        ("www.x.test a@x.test", "www\u2060.x.test a\u2060@x.test"),
        ("Title\n---\nmore", "Title\n-\u2060--\nmore"),
        ("Title\n===\n***\n_\n+", "Title\n\\===\n\\*\\*\\*\n\\_\n\\+"),
        ("    code by indent", "code by indent"),
        (r"\`a\`", r"\\`a\`"),
        ("[^1] [a]: http://x", "\\[\\^1\\] \\[a\\]: http:\u2060//x"),
    ],
)
def test_paragraphs(text, wanted):
    assert safe_markdown(text) == wanted


def test_a_title_has_no_form():
    assert plain("**a** `b` # c") == r"\*\*a\*\* \`b\` \# c"
