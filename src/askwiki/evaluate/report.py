"""Run -> the four files of a report."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from askwiki.errors import SettingsError
from askwiki.evaluate.labels import LABELS
from askwiki.evaluate.render import page, sheet
from askwiki.evaluate.runner import Run
from askwiki.evaluate.summary import Summary, summarise

Language = Literal["zh", "en"]


def check_folder(out: Path) -> None:
    """Make `out` and see that it can be written, best before a long run.

    Raises:
        SettingsError: it cannot.
    """
    _write(out, {".askwiki-check": b""})
    with suppress(OSError):
        (out / ".askwiki-check").unlink()


def write_report(
    run: Run, out: Path, setup: Mapping[str, str] | None = None, language: Language = "zh"
) -> Summary:
    """Write results.jsonl, summary.json, summary.md and results.csv into `out`.

    Other files there are left alone. No old file is replaced before all new ones are written.

    Args:
        setup: what the figures were taken with, such as the digest of the index; shown first.
        language: of summary.md and of the header of results.csv.

    Raises:
        SettingsError: `out` cannot be written.
    """
    summary, labels, setup = summarise(run), LABELS[language], dict(setup or {})
    lines = [json.dumps(r.to_dict(), ensure_ascii=False) + "\n" for r in run.complete()]
    figures = json.dumps({"setup": setup} | summary.to_dict(), ensure_ascii=False, indent=2)
    texts = {
        "results.jsonl": "".join(lines),
        "results.csv": "\ufeff" + sheet(run, labels),
        "summary.json": figures + "\n",
        "summary.md": page(run, summary, setup, labels),
    }
    # A lone surrogate becomes \udxxx, which is what JSON calls it.
    _write(out, {name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()})
    return summary


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    temporary = {out / f".{name}.{os.getpid()}.tmp": name for name in files}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, name in temporary.items():
            path.write_bytes(files[name])
        for path, name in temporary.items():
            path.replace(out / name)
    except OSError as error:
        raise SettingsError(
            f"the report cannot be written to {out} ({error.strerror}): "
            "name a folder that can be written, with room on its disk"
        ) from None
    finally:
        for path in temporary:
            with suppress(OSError):
                path.unlink(missing_ok=True)
