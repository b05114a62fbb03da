"""The `askwiki` command: one thin layer that parses words and prints records.

Exit codes: 0 answered or done, 1 a check found something wrong or a file was skipped, 2 usage or
configuration error, 3 abstained, 130 interrupted.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askwiki.errors import AskWikiError, MissingExtraError
from askwiki.schema import Answer, Turn

if TYPE_CHECKING:
    from askwiki.evaluate import Item
    from askwiki.pipeline import AskWiki
    from askwiki.settings import Settings

OK, PROBLEMS, USAGE, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never lets a traceback out."""
    arguments = _parser().parse_args(argv)
    _survive_odd_terminals()
    try:
        settings = _settings(arguments)
        logging.basicConfig(
            level=settings.log_level.upper(), format="askwiki: %(message)s", stream=sys.stderr
        )
        code: int = arguments.run(arguments, settings)
        return code
    except AskWikiError as error:
        print(f"askwiki: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader left (`askwiki corpus list | head`); Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


# --- commands ----------------------------------------------------------------------------------


def _ask(arguments: argparse.Namespace, settings: "Settings") -> int:
    answer = _wiki(settings).ask(" ".join(arguments.question))
    if arguments.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(_readable(answer))
    return ABSTAINED if answer.status == "abstained" else OK


def _chat(arguments: argparse.Namespace, settings: "Settings") -> int:
    wiki = _wiki(settings)
    history: list[Turn] = []
    print("输入问题，按回车提问；空行或 Ctrl-D 结束。")
    while True:
        try:
            question = input("\n问：").strip()
        except EOFError:
            print()
            return OK
        if not question:
            return OK
        try:
            answer = wiki.ask(question, history)
        except AskWikiError as error:
            print(f"askwiki: {error}", file=sys.stderr)
            continue
        print(f"\n{_readable(answer)}")
        history.append(Turn(question, answer.text))


def _serve(arguments: argparse.Namespace, settings: "Settings") -> int:
    try:
        from askwiki.serve.page import serve
    except ModuleNotFoundError as error:
        if error.name != "gradio":
            raise
        raise MissingExtraError("gradio", "page", "the web page") from None
    serve(_wiki(settings), settings)
    return OK


def _index_build(arguments: argparse.Namespace, settings: "Settings") -> int:
    from askwiki.pipeline import AskWiki

    with _Bar() as bar:
        wiki = AskWiki.build(settings.corpus, settings.index, settings, progress=bar)
    print(f"{len(wiki.store.articles)} articles, {len(wiki.store.chunks)} passages indexed")
    return OK


def _index_update(arguments: argparse.Namespace, settings: "Settings") -> int:
    wiki = _wiki(settings)
    print(f"up to date: {len(wiki.store.articles)} articles, {len(wiki.store.chunks)} passages")
    return OK


def _index_verify(arguments: argparse.Namespace, settings: "Settings") -> int:
    from askwiki.embed import load_encoder
    from askwiki.index import verify_store

    problems = verify_store(settings.index, load_encoder(settings.encoder))
    print("\n".join(problems) if problems else "the index is whole")
    return PROBLEMS if problems else OK


def _index_stats(arguments: argparse.Namespace, settings: "Settings") -> int:
    from dataclasses import asdict

    from askwiki.index import open_store, store_stats

    _print_record(asdict(store_stats(open_store(settings.index))), arguments.json)
    return OK


def _corpus_list(arguments: argparse.Namespace, settings: "Settings") -> int:
    from askwiki.corpus import load_corpus

    corpus = load_corpus(settings.corpus, max_file_mb=settings.max_file_mb)
    if arguments.json:
        articles = [
            {"id": a.id, "title": a.title, "topic": a.topic, "sections": len(a.sections)}
            for a in corpus.articles
        ]
        skipped = [{"source": s.source, "reason": s.reason} for s in corpus.skipped]
        print(json.dumps({"articles": articles, "skipped": skipped}, ensure_ascii=False, indent=2))
        return OK
    for article in corpus.articles:
        print(f"{article.id}\t{article.title}\t{len(article.sections)} sections")
    for missed in corpus.skipped:
        print(f"skipped {missed.source}: {missed.reason}", file=sys.stderr)
    return OK


def _corpus_lint(arguments: argparse.Namespace, settings: "Settings") -> int:
    from datetime import date

    from askwiki.corpus.lint import lint_folder
    from askwiki.corpus.lint_words import CLEAN, COUNT

    folder, language = arguments.folder or settings.corpus, settings.language
    found = lint_folder(folder, date.today(), max_file_mb=settings.max_file_mb)
    if arguments.json:
        print(json.dumps([f.to_dict(language) for f in found], ensure_ascii=False, indent=2))
        return PROBLEMS if found else OK
    for one in found:
        place = f"{folder / one.source}:{one.line}" if one.line else str(folder / one.source)
        print(f"{place}: [{one.rule}] {one.message(language)}")
    print(COUNT[language].format(len(found)) if found else CLEAN[language])
    return PROBLEMS if found else OK


def _corpus_new(arguments: argparse.Namespace, settings: "Settings") -> int:
    from datetime import date

    from askwiki.corpus.template import new_article

    topic = arguments.topic.split("/")
    print(new_article(settings.corpus, arguments.title, topic, arguments.id, date.today()))
    return OK


def _corpus_import(arguments: argparse.Namespace, settings: "Settings") -> int:
    from askwiki.corpus.importing import import_files

    done = import_files(arguments.files, arguments.out, max_file_mb=settings.max_file_mb)
    for one in done.written:
        print(f"{one.path}\t{one.article.title}\t{len(one.article.sections)} sections")
    for source, lines in done.left_out:
        for line in lines:
            print(f"left out of {source}: {line}", file=sys.stderr)
    for missed in done.skipped:
        print(f"skipped {missed.source}: {missed.reason}", file=sys.stderr)
    return PROBLEMS if done.skipped else OK


def _corpus_coverage(arguments: argparse.Namespace, settings: "Settings") -> int:
    from askwiki.corpus.coverage import coverage_page, read_coverage, write_page

    coverage = read_coverage(settings.corpus, settings.topics, max_file_mb=settings.max_file_mb)
    beside = arguments.out.parent if arguments.out else Path()
    page = coverage_page(coverage, os.path.relpath(settings.corpus, beside))
    if arguments.out is None:
        print(page, end="")
    else:
        write_page(arguments.out, page)
        print(arguments.out)
    return OK


def _eval(arguments: argparse.Namespace, settings: "Settings") -> int:
    from askwiki.evaluate import check_folder, read_questions, run, write_report

    items = read_questions(arguments.questions)
    check_folder(arguments.out)
    wiki = _wiki(settings)
    with _Bar() as bar:
        judged = run(
            items,
            wiki.ask,
            wiki.retrieve,
            lambda article: wiki.article(article).text,
            progress=lambda done, total, _: bar(done, total, "questions"),
        )
    manifest = wiki.store.manifest
    setup = {"encoder": manifest.encoder_id, "corpus": manifest.corpus_digest[:16]}
    if settings.llm:
        setup["llm"] = settings.llm
    if strangers := _strangers(items, wiki):
        setup["no such article"] = ", ".join(strangers)
        print(
            f"askwiki: the questions name articles that are not in the wiki and count as missed: "
            f"{', '.join(strangers)}",
            file=sys.stderr,
        )
    broken_off = len(judged.items) < len(items)
    if broken_off:
        setup["broken off"] = f"after {len(judged.items)} of {len(items)} questions"
    write_report(judged, arguments.out, setup=setup, language=settings.language)
    print((arguments.out / "summary.md").read_text("utf-8").split("\n\n## ")[0])
    print(f"\n{arguments.out}/: summary.md, summary.json, results.jsonl, results.csv")
    return INTERRUPTED if broken_off else OK


def _strangers(items: "Iterable[Item]", wiki: "AskWiki") -> list[str]:
    """The articles that `items` expect and the wiki does not have, by id or by title."""
    from askwiki.evaluate.metrics import same_article

    known = [(article.id, article.title) for article in wiki.articles.values()]
    named = dict.fromkeys(item.article for item in items if item.article is not None)
    return [name for name in named if not any(same_article(name, *one) for one in known)]


# --- words -------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="askwiki",
        description="Answers from a wiki of Chinese articles, every sentence with its source.",
        epilog="exit codes: 0 answered or done, 1 a check found something wrong or a file was "
        "skipped, 2 usage or configuration error, 3 abstained",
    )
    from askwiki import __version__

    parser.add_argument("--version", action="version", version=f"askwiki {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    ask = _command(commands, "ask", _ask, "answer one question")
    ask.add_argument("question", nargs="+")
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    _command(commands, "chat", _chat, "ask one question after another")
    serve = _command(commands, "serve", _serve, "serve the chat page")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on")
    _index_commands(commands)
    _corpus_commands(commands)
    judge = _command(commands, "eval", _eval, "judge a set of questions")
    judge.add_argument("questions", type=Path, help="a .jsonl, .csv or .tsv file")
    judge.add_argument("--out", type=Path, required=True, help="folder for the report")
    return parser


def _index_commands(commands: Any) -> None:
    index = commands.add_parser("index", help="build and check the index")
    parts = index.add_subparsers(metavar="COMMAND", required=True)
    _command(parts, "build", _index_build, "build the index anew")
    _command(parts, "update", _index_update, "build it if the corpus changed")
    _command(parts, "verify", _index_verify, "check every file of it")
    stats = _command(parts, "stats", _index_stats, "print its figures")
    stats.add_argument("--json", action="store_true", help="print JSON")


def _corpus_commands(commands: Any) -> None:
    corpus = commands.add_parser("corpus", help="look after the articles")
    parts = corpus.add_subparsers(metavar="COMMAND", required=True)
    listing = _command(parts, "list", _corpus_list, "list articles, and files that were skipped")
    listing.add_argument("--json", action="store_true", help="print JSON")
    lint = _command(parts, "lint", _corpus_lint, "say what to mend; exit code 1 where there is any")
    lint.add_argument("folder", nargs="?", type=Path, help="folder of articles")
    lint.add_argument("--json", action="store_true", help="print JSON")
    new = _command(parts, "new", _corpus_new, "write the template of an article")
    new.add_argument("title")
    new.add_argument("--topic", required=True, help="one to three levels, as in '400电话 / 资费'")
    new.add_argument("--id", help="folder/name of the file; without it made of an ASCII title")
    bring = _command(parts, "import", _corpus_import, "write raw pages and plain texts as Markdown")
    bring.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .txt file")
    bring.add_argument("--out", type=Path, required=True, help="folder for the articles")
    coverage = _command(parts, "coverage", _corpus_coverage, "say what the articles cover")
    coverage.add_argument("--out", type=Path, help="file for the page; without it, it is printed")


def _command(
    commands: Any,
    name: str,
    run: "Callable[[argparse.Namespace, Settings], int]",
    help: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run)
    parser.add_argument("--corpus", type=Path, help="folder of articles")
    parser.add_argument("--index", type=Path, help="folder of the index")
    parser.add_argument("--encoder", help='"default", or a folder or name of another encoder')
    parser.add_argument("--llm", help="language model that writes the answers, as PROVIDER:MODEL")
    return parser


def _settings(arguments: argparse.Namespace) -> "Settings":
    from askwiki.settings import Settings

    names = ("corpus", "index", "encoder", "llm", "host", "port")
    return Settings.load(**{name: getattr(arguments, name, None) for name in names})


def _wiki(settings: "Settings") -> "AskWiki":
    from askwiki.pipeline import AskWiki

    with _Bar() as bar:
        return AskWiki.default(settings, progress=bar)


# --- printing ----------------------------------------------------------------------------------


def _readable(answer: Answer) -> str:
    """The answer, then a line a source."""
    lines = [f"按“{answer.trace.read_as}”查找", ""] if answer.trace.read_as else []
    lines.append(answer.text)
    if answer.citations:
        lines.append("")
    for cited in answer.citations:
        where = f"《{cited.title}》" + (f" › {cited.section}" if cited.section else "")
        lines.append(f"[{cited.number}] {where}  {cited.source}:{cited.start}-{cited.end}")
    if any(sentence.verdict == "supported" for sentence in answer.sentences):
        lines += ["", "由语言模型撰写，每句均对照原文核实。"]
    return "\n".join(lines)


def _print_record(record: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for name, value in record.items():
        print(f"{name}: {value}")


def _survive_odd_terminals() -> None:
    """Print what a terminal cannot show as escapes rather than fail on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


class _Bar:
    """A progress bar on stderr, drawn only once there is something to wait for."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, stage: str) -> None:
        from tqdm import tqdm

        if self._bar is None or stage != self._stage:
            if self._bar is not None:
                self._bar.close()
            self._bar = tqdm(total=total, desc=stage, unit="", disable=not sys.stderr.isatty())
            self._stage = stage
        self._bar.update(done - self._bar.n)


if __name__ == "__main__":
    sys.exit(main())
