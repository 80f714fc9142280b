"""Messages that a browser keeps, so that the server may send a reference instead; it forgets them as a browser does."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


@dataclass
class _Kept:
    message: ForwardMsg
    fragment: str
    run: int  # in which it was used last


class Messages:
    """Messages by hash; those that some runs have not used are dropped, as in Streamlit's `ForwardMessageCache`."""

    def __init__(self) -> None:
        """No message has come yet."""
        self._kept: dict[str, _Kept] = {}
        self._run, self._has_begun = 0, False
        self._most_age = 2  # runs; the server says it in each

    def hashes(self) -> list[str]:
        """What goes along with a request."""
        return list(self._kept)

    def requested(self) -> None:
        """A request has been sent: until its run begins, the end of another does not count, and drops nothing."""
        self._has_begun = False

    def take(self, message: ForwardMsg) -> ForwardMsg:
        """Keep a message if the server lets it be kept; gives it, or the one that it refers to.

        Args:
            message: as it came.

        Raises:
            KeyError: there is no such message; a browser fails as well.
        """
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            found = self._kept[message.ref_hash]
            found.run = self._run
            known = ForwardMsg()
            known.CopyFrom(found.message)
            known.metadata.CopyFrom(message.metadata)  # it may be at another place now
            return known
        if message.metadata.cacheable:
            kept = self._kept.setdefault(message.hash, _Kept(message, message.delta.fragment_id, self._run))
            kept.run = self._run
        if kind == "new_session":
            self._most_age = message.new_session.config.max_cached_message_age
            self._has_begun = True
        is_end = kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if is_end and self._has_begun:
            self._run_ended(tuple(message.metadata.run.fragment_ids))
        return message

    def _run_ended(self, fragments: tuple[str, ...]) -> None:
        """Of the fragments that were drawn, or of all where the whole page was, drop what is too old."""
        self._run += 1
        self._kept = {
            name: one
            for name, one in self._kept.items()
            if (fragments and one.fragment not in fragments) or self._run - one.run <= self._most_age
        }
