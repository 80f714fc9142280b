"""What a session knows of its link, without Streamlit: which values come from the URL, from the browser, from widgets.

The widgets of a page hold their values in a mapping by key (Streamlit's session state). `LinkState` decides what is put
into it before a widget is drawn, and which of its values belong into the URL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Parameters = dict[str, str]
Values = MutableMapping[Any, Any]
EVERYWHERE = ("lang", "present")  # parameters that go along to other pages


@dataclass
class LinkState:
    """The link of one session.

    Attributes:
        page: the page that was drawn last; None before the first.
        written: parameters that the app itself wrote into the URL last; None before the first time.
        defaults: for each control of the page so far, the default as text; None for one that is always written.
        arrived: parameters that another hand wrote into the URL (a link, the browser's Back); else empty.
        refused: what the URL has asked for that is none of the choices, by key, until something else is chosen.
        sent: values of the browser's widgets that are newer than the URL, by key.
        outside: whether the URL was changed by another hand.
        again: whether the app itself asked for the next run.
        acted: whether a widget was used in this run, or in one before that another act stopped before its end.
        opened: the URL with which the run began.
        possible: the URLs that the browser may have: the one that came with the last run, then those that were written
            since. An act that is sent before a new URL has reached the browser brings an older one.
        followed: the last default of each control that follows its default.
        kept: the values that each other page held when it was left.
        outer: defaults of the controls outside of the page's fragment, which draws all others.
        inner: defaults of the controls of each part of it that can be drawn alone.
    """

    page: str | None = None
    written: Parameters | None = None
    defaults: dict[str, str | None] = field(default_factory=dict)
    arrived: Parameters = field(default_factory=dict)
    refused: Parameters = field(default_factory=dict)
    sent: dict[str, str | bool] = field(default_factory=dict)
    outside: bool = False
    again: bool = False
    acted: bool = False
    opened: Parameters = field(default_factory=dict)
    possible: list[Parameters] = field(default_factory=list)
    followed: dict[str, Any] = field(default_factory=dict)
    kept: dict[str | None, dict[str, Any]] = field(default_factory=dict)
    outer: dict[str, str | None] = field(default_factory=dict)
    inner: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def begin(
        self, page: str, url: Parameters, sent: dict[str, str | bool], values: Values, *, acted: bool = False
    ) -> None:
        """Begin a run: find out what the URL says that the app did not write.

        Coming from another page by the menu, the URL is empty and the widgets of this page are as they were left.

        Args:
            page: that is drawn.
            url: parameters of the URL now.
            sent: values of the browser's widgets; counts in the first run of a session only.
            values: of the widgets.
            acted: whether a widget was used, and so whether an URL that the app has replaced may only be late.
        """
        self.sent = {} if self.written is not None else dict(sent)
        stayed = self.page == page
        self.acted = stayed and (acted or self.acted)
        late = self.acted and url in self.possible
        changed = url != self.written and not self.again and not late
        self.again = False
        if changed or not stayed:
            self.possible = [dict(url)]
        elif url in self.possible:
            self.possible = self.possible[self.possible.index(url) :]
        self.opened = dict(url)
        if changed or not stayed:
            self.refused = {}
        if not stayed:
            self._change_page(page, values)
        if changed and (url or stayed):
            for key in [key for key in self.defaults if key not in url]:
                values.pop(key, None)
        self.outside = changed
        self.arrived = dict(url) if changed else {}
        self.defaults = {}

    def end(self, url: Parameters) -> Parameters | None:
        """End a run.

        Args:
            url: parameters that belong into the URL.

        Returns:
            What to write into the URL; None if the browser has it already.
        """
        last = self.possible[-1]
        if last != url:
            self.possible.append(url)
        self.written, self.acted = url, False
        return None if last == url == self.opened else url

    def _change_page(self, page: str, values: Values) -> None:
        """Put away the values of the page before and restore those of this one: one key may mean two things."""
        own = [key for key in self.defaults if key not in EVERYWHERE]
        self.kept[self.page] = {key: values.pop(key) for key in own if key in values}
        for key, value in self.kept.get(page, {}).items():
            values[key] = value
            self.defaults[key] = None
        self.page = page

    def enter(self) -> None:
        """The controls outside of the page's fragment are drawn; those of the fragment follow."""
        self.outer = dict(self.defaults)

    def resume(self, url: Parameters, part: str = "") -> None:
        """Begin a run of the page's fragment alone, which a widget in it caused: the URL has no news.

        Args:
            url: parameters of the URL that came with the request; it may be late.
            part: key of the part of that fragment that is drawn; empty for all of it.
        """
        self.sent, self.arrived, self.outside, self.acted = {}, {}, False, True
        if url in self.possible:
            self.possible = self.possible[self.possible.index(url) :]
        self.opened = dict(url)
        own = self.inner.get(part, {})
        self.defaults = (
            {key: text for key, text in self.defaults.items() if key not in own} if part else dict(self.outer)
        )

    def note_part(self, part: str, before: Mapping[str, Any]) -> None:
        """The controls of a part are drawn.

        Args:
            part: its key.
            before: `defaults` before them; some of them may have been there already, as `later` has put them.
        """
        self.inner[part] = {key: text for key, text in self.defaults.items() if before.get(key, ...) != text}

    def keep_part(self, part: str) -> None:
        """A part is left as it is, and so are its controls.

        Args:
            part: its key.
        """
        self.defaults |= self.inner.get(part, {})

    def prepare(self, key: str, default: Any, read: Callable[[str], Any], values: Values) -> None:
        """Put the value of a control in place before it is drawn.

        Args:
            key: of the control.
            default: where neither the URL nor the browser nor an earlier run has a value.
            read: from a parameter of the URL to the value.
            values: of the widgets.
        """
        self.defaults[key] = str(default)
        if key in self.sent:
            values[key] = self.sent[key]  # the URL would take back the change that was just made
        elif key in self.arrived:
            values[key] = read(self.arrived[key])
        elif key not in values:
            values[key] = default

    def choose(
        self, key: str, choices: dict[str, Any], labels: dict[str, Any], default: Any, values: Values
    ) -> str | None:
        """Put one of its choices in place for a menu.

        Args:
            key: of the menu.
            choices: by the text that the URL has for them.
            labels: choices by the label that the browser sends.
            default: one of the choices.
            values: of the widgets.

        Returns:
            What the URL has asked for, if it is none of the choices and none has been chosen since; else None.
        """
        label = self.sent.pop(key, None)  # may be none of the choices any more
        self.prepare(key, default, lambda text: choices.get(text, default), values)
        if label in labels:
            values[key] = labels[label]
        if values[key] not in choices.values():
            values[key] = default
        return self.refusal(key, valid=lambda text: text in choices, chosen=values[key] != default or label in labels)

    def refusal(self, key: str, *, valid: Callable[[str], bool], chosen: bool) -> str | None:
        """What the URL has asked for, if it is invalid and nothing has been chosen since; else None.

        Args:
            key: of the control.
            valid: whether a parameter of the URL is valid.
            chosen: whether the control has another value than its default.
        """
        asked = self.arrived.get(key)
        if asked is not None and not valid(asked):
            self.refused[key] = asked
        elif chosen:
            self.refused.pop(key, None)
        return self.refused.get(key)

    def follow(self, key: str, default: Any, values: Values) -> None:
        """Drop a value that was chosen while the default was another."""
        newer = key in self.arrived or key in self.sent
        if self.followed.get(key, default) != default and not newer:
            values.pop(key, None)
        self.followed[key] = default

    def parameters(self, values: Values) -> Parameters:
        """The values that differ from their defaults, as parameters of the URL."""
        held = {key: values.get(key, self) for key in self.defaults}
        texts = {key: str(value) for key, value in held.items() if value is not self}
        return {key: text for key, text in texts.items() if text != self.defaults[key]}
