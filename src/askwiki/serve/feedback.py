"""Thumbs -> lines of a file, one JSON record each."""

import errno
import json
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from askwiki.errors import FeedbackError
from askwiki.schema import Answer

Vote = Literal["up", "down"]

MAX_REASON_CHARS = 500
"""A longer reason is cut."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of one answer."""

    answer: Answer
    verdict: Vote
    reason: str
    language: str

    def record(self, time: datetime) -> dict[str, object]:
        """The line as it is written; `time` with its zone."""
        return {
            "time": time.isoformat(timespec="seconds"),
            "question": self.answer.question,
            "answer": self.answer.text,
            "status": self.answer.status,
            "citations": [
                {"article": c.article_id, "start": c.start, "end": c.end}
                for c in self.answer.citations
            ],
            "verdict": self.verdict,
            "reason": self.reason[:MAX_REASON_CHARS],
            "language": self.language,
        }


def append_feedback(path: Path, feedback: Feedback, time: datetime | None = None) -> None:
    """Append one line to `path`, whose folder is made if need be.

    The line leaves in a single write to a file opened for appending, so that two servers may
    share the file.

    Raises:
        FeedbackError: the file cannot be written.
    """
    record = feedback.record(time or datetime.now(UTC))
    line = json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    try:
        with _one_at_a_time:
            path.parent.mkdir(parents=True, exist_ok=True)
            _append(path, line)
    except OSError as error:
        raise FeedbackError(
            f"the feedback file {path} cannot be written ({error.strerror}): "
            "check the folder and the disk, or set ASKWIKI_FEEDBACK to another file"
        ) from error


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line  # a write was cut short: do not let it spoil this line too
        if os.write(handle, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(handle)
