"""Speed and memory of the default build.

    python benchmarks/speed.py [--out benchmarks/speed.md]

Each figure beside the target it has to meet. Cold figures are whole processes, from start to exit;
memory is the peak of the process as the kernel counts it. Machines differ: the first row times a
fixed piece of numpy work, so that two runs can be compared as ratios to it.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from askwiki import AskWiki, Settings

ROOT = Path(__file__).parent.parent
QUESTION = "打400电话客户要付钱吗？"
RUNS = 5


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def yardstick() -> float:
    """Median time of 20 products of 512 x 512 matrices, in seconds."""
    table = np.random.default_rng(0).standard_normal((512, 512)).astype(np.float32)
    return statistics.median(seconds(lambda: [table @ table for _ in range(20)]) for _ in range(9))


def cold_process(index: Path) -> tuple[float, float]:
    """(median seconds, peak MB) of `askwiki ask` from start to exit, index built."""
    words = [sys.executable, "-m", "askwiki.cli", "ask", "--index", str(index), QUESTION]
    times = [
        seconds(lambda: subprocess.run(words, stdout=subprocess.DEVNULL, check=True))
        for _ in range(RUNS)
    ]
    # A process inherits the peak of the one that starts it, so a small one does.
    small = "import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=-3); "
    small += "print(os.wait4(p.pid, 0)[2].ru_maxrss)"
    command = [sys.executable, "-c", small, *words]
    peak = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return statistics.median(times), int(peak) / 1024


def warm(wiki: AskWiki, questions: list[str]) -> tuple[float, float]:
    """(median, 95th percentile) of `wiki.ask`, in ms, each question asked once and new to it."""
    for question in questions[:20]:
        wiki.ask(question)
    times = sorted(seconds(lambda q=question: wiki.ask(q)) for question in questions[20:])
    return statistics.median(times) * 1000, times[int(len(times) * 0.95)] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "speed.md")
    out = parser.parse_args().out
    lines = (ROOT / "corpus/questions/tune.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][::4]
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder)
        unit = yardstick()
        build = seconds(lambda: AskWiki.build(ROOT / "corpus", index))
        open_ = statistics.median(seconds(lambda: AskWiki.open(index)) for _ in range(RUNS))
        middle, tail = warm(AskWiki.open(index, Settings.load()), questions)
        cold, cold_mb = cold_process(index)
        size = sum(f.stat().st_size for f in index.rglob("*") if f.is_file()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        ("yardstick: 20 products of 512 x 512", f"{unit * 1000:.1f} ms", ""),
        ("build the default index", f"{build:.2f} s", "20 s"),
        ("open it", f"{open_ * 1000:.0f} ms", ""),
        ("warm `wiki.ask`, median", f"{middle:.1f} ms", "25 ms"),
        ("warm `wiki.ask`, 95th percentile", f"{tail:.1f} ms", "60 ms"),
        ("cold `askwiki ask`, whole process", f"{cold:.2f} s", "1.5 s"),
        ("its peak memory", f"{cold_mb:.0f} MB", "400 MB"),
        ("peak memory of this process, build and all questions", f"{memory:.0f} MB", ""),
        ("the index on disk", f"{size:.1f} MB", ""),
    ]
    text = [
        "# Speed and memory",
        "",
        f"Made by `python benchmarks/speed.py` on {os.cpu_count()} cores: the default corpus, "
        f"{len(questions) - 20} questions asked once each, {RUNS} cold starts.",
        "",
        "| what | measured | target |",
        "|---|---|---|",
        *(f"| {name} | {value} | {target} |" for name, value, target in rows),
    ]
    out.write_text("\n".join(text) + "\n", "utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
