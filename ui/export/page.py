"""A stand-alone web page with the interactive view: one file that loads nothing else and opens from disk."""

from __future__ import annotations

import json
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

from ui.export.document import Document, check_size
from ui.export.drawing.theme import Theme, css, theme
from ui.export.names import clean
from ui.tensor_view import joined_script, payload

_STYLE = Path(__file__).parents[1] / "tensor_view" / "browser" / "style.css"
_START = """
const floats = new Float32Array(Uint8Array.from(atob(DATA.numbers), (letter) => letter.charCodeAt(0)).buffer);
index.mount({
  data: { meta: DATA.meta, x: { getChild: () => ({ toArray: () => floats }) } },
  parentElement: document.querySelector("main"),
  setStateValue: () => {}, // no server to report to
});
"""
_RULES = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def to_html(document: Document) -> bytes:
    """Return one HTML file, UTF-8.

    Raises:
        MergeError: too many values for one page.
    """
    look = document.look()
    check_size(document)
    data = payload(look.view, look.chosen.sent())
    numbers = data["numbers"].astype("<f4").tobytes()
    script = _literal({"meta": data["meta"], "numbers": b64encode(numbers).decode()})
    return _page(document, script).encode("utf-8", "replace")


def _page(document: Document, data: str) -> str:
    title, words = escape(clean(document.line)), {name: escape(text) for name, text in document.words.items()}
    address = document.address(document.look().chosen)
    link = f'<p><a href="{escape(address)}" rel="noreferrer">{words["open"]}</a></p>' if _is_web(address) else ""
    blocks = "".join(
        f"<details><summary>{escape(clean(name))}</summary><pre>{escape(clean(text))}</pre></details>"
        for name, text in document.code.items()
    )
    pictures = "".join(
        f'<figure><figcaption>{escape(clean(one.title))}</figcaption><img alt="{escape(clean(one.description))}" '
        f'src="data:image/png;base64,{b64encode(one.png()).decode()}"></figure>'
        for one in document.pictures
    )
    row = f'<section class="pictures">{pictures}</section>' if pictures else ""
    code = f"<section><h2>{words['code']}</h2>{blocks}</section>" if blocks else ""
    return f"""<!doctype html>
<html lang="{escape(document.language)}" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_RULES}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{_frame_style()}
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header><h1><bdi>{title}</bdi></h1><p>{words["page_hint"]}</p></header>
<main><div class="tensor-view"></div></main>
<noscript><p>{words["no_script"]}</p></noscript>
{row}
{code}
<footer>{link}<p>{words["made_with"]}</p></footer>
<script type="module">
const DATA = {data};
{joined_script()}
{_START}
</script>
</body>
</html>
"""


def _is_web(address: str) -> bool:
    """Whether an address becomes a link: http and https only."""
    return address.startswith(("http://", "https://"))


def _literal(value: Any) -> str:
    """JSON that cannot close the script element around it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _frame_style() -> str:
    """The CSS variables that Streamlit sets for components: colours of both themes, and fonts."""
    light, dark = theme("light"), theme("dark")
    return f"""
:root {{ color-scheme: light dark; {_variables(light)}
  --st-font: "Source Sans 3", "Source Sans Pro", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui,
    sans-serif;
  --st-code-font: "Source Code Pro", ui-monospace, Consolas, Menlo, monospace; }}
@media (prefers-color-scheme: dark) {{ :root {{ {_variables(dark)} }} }}
body {{ margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 4rem); max-width: 90rem; background: var(--st-background-color);
  color: var(--st-text-color); font-family: var(--st-font); line-height: 1.5; }}
h1 {{ font-size: 1.75rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.25rem; font-weight: 600; }}
header p, footer p {{ color: color-mix(in srgb, var(--st-text-color) 74%, var(--st-background-color)); }}
a {{ color: var(--st-primary-color); }}
.pictures {{ display: flex; flex-wrap: wrap; gap: 1.25rem; margin-top: 1.5rem; }}
.pictures figure {{ margin: 0; flex: 0 1 20rem; }}
.pictures img {{ width: 100%; display: block; }}
.pictures figcaption {{ font-weight: 600; margin-bottom: 0.3rem; }}
pre {{ overflow-x: auto; padding: 1rem; background: var(--st-secondary-background-color); border-radius: 0.5rem;
  font-family: var(--st-code-font); font-size: 0.875rem; white-space: pre-wrap; }}
"""


def _variables(colours: Theme) -> str:
    named = {
        "background-color": colours.ground, "text-color": colours.ink, "border-color": colours.line,
        "secondary-background-color": colours.soft, "primary-color": colours.main,
    }  # fmt: skip
    return " ".join(f"--st-{name}: {css(colour)};" for name, colour in named.items()) + (
        f" --st-base-radius: {colours.radius};"
    )
