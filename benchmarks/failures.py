"""Every way a language model's server may fail, and the time until the reader has an answer.

    python benchmarks/failures.py [--out benchmarks/failures.md] [--deadline 20] [--first-token 8]

Each failure is played by the scripted server of the tests over a live socket; the time is that of
`AskWiki.ask`, from the question to the whole answer. The last rows are of a model that fails for
ever: after five questions it is left alone. Exits with 1 where an answer was late, unlabelled or not
the one that the wiki gives without a model.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "llm"))

from scripted_server import FAULTS, Fault, ScriptedServer, address, says  # noqa: E402
from small_wiki import ARTICLE, QUESTION  # noqa: E402

from askwiki import Answer, AskWiki, Settings  # noqa: E402


@dataclass(frozen=True)
class Row:
    """One question to a failing model."""

    name: str
    what: str
    seconds: float
    tries: int
    answer: Answer
    right: bool

    def cells(self) -> tuple[str, ...]:
        note = self.answer.trace.notes[0].removeprefix("language model: ")
        words = "the model's" if self.answer.trace.model == "wrote" else "the wiki's, labelled"
        return self.name, self.what, f"{self.seconds:.2f}", str(self.tries), note, words


def ask(wiki: AskWiki) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = wiki.ask(QUESTION)
    return time.perf_counter() - began, answer


def row(fault: Fault, wiki: AskWiki, server: ScriptedServer, own: Answer, limit: float) -> Row:
    before = len(server.requests)
    seconds, answer = ask(wiki)
    if fault.recovers:
        right = answer.trace.model == "wrote"
    else:
        label, _, rest = answer.text.partition("\n\n")
        right = label.startswith("（语言模型") and rest == own.text
    tries = len(server.requests) - before
    return Row(fault.name, fault.what, seconds, tries, answer, right and seconds < limit + 1)


def rows(index: Path, settings: Settings) -> list[Row]:
    own = AskWiki.open(index, settings).ask(QUESTION)
    limit, made = settings.llm_deadline_s, []
    for fault in FAULTS:
        with ScriptedServer(says("")) as server:
            wiki = AskWiki.open(index, with_model(settings, address(fault, server)))
            made.append(row(fault, wiki, server, own, limit))
            print(*made[-1].cells()[:3], sep="\t", flush=True)
    with ScriptedServer(says("")) as server:
        hangs = next(fault for fault in FAULTS if fault.name == "hangs")
        wiki = AskWiki.open(index, with_model(settings, address(hangs, server)))
        for number in range(1, 8):
            fault = Fault(f"hangs, question {number}", hangs.what, hangs.script)
            made.append(row(fault, wiki, server, own, limit if number < 6 else 0))
    return made


def with_model(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"llm": "openai:scripted", "llm_base_url": url})


def page(made: list[Row], settings: Settings) -> str:
    slowest = max(made, key=lambda one: one.seconds)
    lines = [
        "# When the language model fails",
        "",
        "`python benchmarks/failures.py`: a scripted server on this machine fails in one way after "
        "another; each row is one `AskWiki.ask` over a live socket, timed from the question to the "
        f"whole answer. Limits: {settings.llm_deadline_s:g} s a question, "
        f"{settings.llm_first_token_s:g} s to the first token. {os.cpu_count()} cores, load average "
        f"{os.getloadavg()[0]:.1f}.",
        "",
        f"{sum(one.right for one in made)} of {len(made)} answers as they have to be: in time, and "
        "either the model's own, proved, or exactly what the wiki says without a model, under a "
        f"label. The slowest took {slowest.seconds:.2f} s ({slowest.name}).",
        "",
        "| failure | what happens | seconds | requests | seen as | answer |",
        "|---|---|---:|---:|---|---|",
        *(f"| {' | '.join(one.cells())} |" for one in made),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "failures.md")
    parser.add_argument("--deadline", type=float, default=20.0)
    parser.add_argument("--first-token", type=float, default=8.0)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    settings = Settings.load(
        llm_deadline_s=arguments.deadline,
        llm_first_token_s=arguments.first_token,
        min_confidence=0.0,
    )
    with tempfile.TemporaryDirectory() as folder:
        corpus, index = Path(folder) / "corpus", Path(folder) / "index"
        corpus.mkdir()
        (corpus / "billing.md").write_text(ARTICLE, "utf-8")
        AskWiki.build(corpus, index, settings)
        made = rows(index, settings)
    arguments.out.write_text(page(made, settings), "utf-8")
    wrong = [one.name for one in made if not one.right]
    print(f"{arguments.out}: {len(made) - len(wrong)} of {len(made)} right", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
