"""The undo history: a list of steps and a position in it, bounded in bytes."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.edits import CodesDelta, Content, Step

DEFAULT_BYTES = 256 * 2**20


class History:
    """Steps done and undone. Steps `0..position-1` are done, the rest can be redone.

    When the steps together hold more than `max_bytes`, the oldest are forgotten; the newest step always stays.
    """

    def __init__(self, max_bytes: int = DEFAULT_BYTES) -> None:
        self.max_bytes = max_bytes
        self._steps: list[Step] = []
        self._position = 0
        self._nbytes = 0
        self._base_id = 0
        self._saved_id: int | None = 0
        self._open = False

    @property
    def steps(self) -> Sequence[Step]:
        return tuple(self._steps)

    @property
    def position(self) -> int:
        """How many steps are done."""
        return self._position

    @property
    def nbytes(self) -> int:
        return self._nbytes

    @property
    def forgotten(self) -> bool:
        """True when the oldest steps were dropped to stay within the bound."""
        return self._base_id != 0

    @property
    def state_id(self) -> int:
        """A number that names the present state; equal numbers mean equal content."""
        return self._steps[self._position - 1].id if self._position else self._base_id

    @property
    def modified(self) -> bool:
        """True when the present state is not the one last saved."""
        return self.state_id != self._saved_id

    def mark_saved(self, state_id: int | None = None) -> None:
        """A state is on disk: the present one, or the one that `state_id` named when it was captured."""
        if state_id is None:
            self._open = False
        self._saved_id = self.state_id if state_id is None else state_id

    def mark_unsaved(self) -> None:
        """No state counts as saved (a new document that exists nowhere on disk)."""
        self._saved_id = None

    def push(self, step: Step) -> None:
        """Record a step whose change is already made. Undone steps are forgotten."""
        for undone in self._steps[self._position :]:
            self._nbytes -= undone.nbytes
        del self._steps[self._position :]
        merged = self._merged(step)
        if merged is not None:
            self._nbytes += merged.nbytes - self._steps[-1].nbytes
            self._steps[-1] = merged
        else:
            self._steps.append(step)
            self._nbytes += step.nbytes
        self._position = len(self._steps)
        self._open = step.merge is not None
        while self._nbytes > self.max_bytes and len(self._steps) > 1:
            oldest = self._steps.pop(0)
            self._nbytes -= oldest.nbytes
            self._base_id = oldest.id
            self._position -= 1

    def seal(self) -> None:
        """End the gesture under way: the next step stands for itself."""
        self._open = False

    def undo(self, content: Content) -> Step | None:
        """Take one step back; returns it, or None at the beginning."""
        if self._position == 0:
            return None
        self._open = False
        self._position -= 1
        step = self._steps[self._position]
        step.undo(content)
        return step

    def redo(self, content: Content) -> Step | None:
        """Do one undone step again; returns it, or None at the end."""
        if self._position == len(self._steps):
            return None
        self._open = False
        step = self._steps[self._position]
        self._position += 1
        step.redo(content)
        return step

    def go_to(self, position: int, content: Content) -> None:
        """Undo or redo until `position` steps are done (clipped to what exists)."""
        position = max(0, min(position, len(self._steps)))
        while self._position > position:
            self.undo(content)
        while self._position < position:
            self.redo(content)

    def _merged(self, step: Step) -> Step | None:
        """The last step and `step` as one, if `step` goes on with the gesture of the last one."""
        if not (self._open and step.merge is not None and self._steps):
            return None
        last = self._steps[-1]
        if last.merge != step.merge or len(last.deltas) != 1 or len(step.deltas) != 1 or last.id == self._saved_id:
            return None
        first, second = last.deltas[0], step.deltas[0]
        if not (isinstance(first, CodesDelta) and isinstance(second, CodesDelta) and first.classes == second.classes):
            return None
        delta = CodesDelta(first.classes, first.before, second.after)
        return Step(step.text, (delta,), icon=step.icon, merge=step.merge)
