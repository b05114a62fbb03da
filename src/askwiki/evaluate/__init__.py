"""Judging question sets: read them, ask them, score the answers, report."""

from askwiki.evaluate.questions import Item, read_questions
from askwiki.evaluate.report import check_folder, write_report
from askwiki.evaluate.runner import Result, Run, run
from askwiki.evaluate.summary import Summary, summarise, worth_reading

__all__ = [
    "Item",
    "Result",
    "Run",
    "Summary",
    "check_folder",
    "read_questions",
    "run",
    "summarise",
    "worth_reading",
    "write_report",
]
