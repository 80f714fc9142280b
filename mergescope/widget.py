"""The linked tensor view as a notebook widget: the ES modules of the app in the frame that anywidget defines."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import anywidget
import numpy as np
import traitlets

from .engine import BROWSER, Selection, Sentence, TensorView, joined_modules, payload, read_selection
from .language import translated

# The colours are those of the notebook, else those of the app on the background that is painted behind the view, as in
# marimo, whose dark theme is not the browser's. The style sheet goes into a shadow root, since it names
# elements such as `button`, which would change the page around the widget.
_FRAME = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
const THEME = {
  "background-color": ["--jp-layout-color0", "--vscode-editor-background", "#ffffff", "#11161d"],
  "secondary-background-color": ["--jp-layout-color2", "--vscode-editorWidget-background", "#f2f4f7", "#1a212b"],
  "text-color": ["--jp-content-font-color0", "--vscode-editor-foreground", "#0a0f17", "#e8edf3"],
  "border-color": ["--jp-border-color2", "--vscode-editorWidget-border", "#d5dae1", "#333d4a"],
  "primary-color": ["--jp-brand-color1", "--vscode-textLink-foreground", "#0b5394", "#8ec5ff"],
};

function pixel(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

function isDark(colour) {
  const [red, green, blue] = pixel(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

function paintedBehind(host) {
  for (let element = host; element; element = element.parentElement ?? element.getRootNode().host) {
    const colour = getComputedStyle(element).backgroundColor;
    if (pixel(colour)[3] === 255) return colour;
  }
  return "";
}

function prefersDark(scheme) {
  const [light, dark] = ["light", "dark"].map((name) => scheme.split(" ").includes(name));
  return light === dark ? matchMedia("(prefers-color-scheme: dark)").matches : dark;
}

function dress(host, root) {
  const style = getComputedStyle(host);
  const own = (name) => style.getPropertyValue(name).trim();
  const [jupyter, code] = THEME["background-color"];
  const ground = own(jupyter) || own(code) || paintedBehind(host);
  const dark = ground ? isDark(ground) : prefersDark(style.colorScheme);
  for (const [name, [first, second, light, night]] of Object.entries(THEME))
    host.style.setProperty(`--st-${name}`, own(first) || own(second) || (dark ? night : light));
  const font = own("--jp-ui-font-family") || own("--vscode-font-family") || "system-ui, sans-serif";
  host.style.setProperty("--st-font", font);
  host.style.setProperty("--st-code-font", own("--jp-code-font-family") || "ui-monospace, monospace");
  host.style.setProperty("--st-base-radius", "0.5rem");
  root.style.colorScheme = dark ? "dark" : "light";
}

function render({ model, el }) {
  const host = document.createElement("div");
  const tree = host.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  const root = document.createElement("div");
  root.className = "tensor-view";
  parent.append(root);
  tree.adoptedStyleSheets = [sheet];
  tree.append(parent);
  el.append(host);
  for (const kind of ["keydown", "keyup", "keypress"]) // the notebook has shortcuts of its own
    host.addEventListener(kind, (event) => event.stopPropagation());
  let leave = () => {};
  const draw = () => {
    dress(host, root);
    const view = model.get("numbers");
    const numbers = new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
    const send = (name, value) => {
      if (name !== "selection") return; // every tensor is sent with the view, so none is missing
      model.set("chosen", value);
      model.save_changes();
    };
    const x = { getChild: () => ({ toArray: () => numbers }) };
    leave = index.mount({ data: { meta: model.get("meta"), x }, parentElement: parent, setStateValue: send });
  };
  draw();
  model.on("change:meta", draw);
  return () => {
    model.off("change:meta", draw);
    leave();
  };
}
export default { render };
"""


@cache
def script() -> str:
    """The ES module of the widget: the modules of the view, its style sheet, and the frame around them."""
    style = json.dumps((BROWSER / "style.css").read_text(encoding="utf-8"))
    modules = joined_modules("index", lambda name: (BROWSER / f"{name}.js").read_text(encoding="utf-8"))
    return f"{modules}const STYLE = {style};\n{_FRAME}"


class TensorWidget(anywidget.AnyWidget):
    """Tensors as linked heatmaps.

    Attributes:
        selection: what the person looks at, a `Selection`: `cell` is the pinned index into the result or None,
            `channel` the slice, `painted` nothing. It can be observed: `widget.observe(function, "selection")`.
        view: what is shown.
    """

    _esm = script()
    meta = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Bytes().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)  # as the browser sent it
    selection = traitlets.Any()

    def __init__(self, view: TensorView) -> None:
        data = payload(view, None)
        super().__init__(meta=_plain(data["meta"]), numbers=data["numbers"].astype("<f4").tobytes())
        self.view = view
        self.selection = read_selection({}, view, data["meta"])

    def __repr__(self) -> str:
        """What a terminal shows, which draws no widgets."""
        named = [f"{panel.title} {panel.value.shape}".strip() for panel in self.view.panels]
        text = Sentence("{tensors}. Jupyter, VS Code and marimo draw it.", tensors=", ".join(named))
        return f"TensorWidget: {translated(text)}"

    @traitlets.observe("chosen")
    def _take(self, change: dict[str, Any]) -> None:
        """A browser may send anything: the nearest valid selection is taken."""
        self.selection = read_selection(change["new"], self.view, self.meta)

    def select(self, **fields: Any) -> None:
        """Move the view, from Python.

        Args:
            fields: of `Selection`, such as `cell=(0, 2, 1)` or `channel=5`.
        """
        asked = Selection(**fields)
        self.meta = {**self.meta, "selection": _plain(asked.sent())}
        self.selection = read_selection(asked.sent(), self.view, self.meta)


def _plain(value: Any) -> Any:
    """As JSON has it: lists for tuples, Python's numbers for NumPy's, plain text for sentences."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, str) else value
