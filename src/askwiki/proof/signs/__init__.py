"""What speaks for and against a sentence, as numbers that `data/judge.json` weighs."""

from askwiki.proof.alignment import Alignment
from askwiki.proof.passage import Passage
from askwiki.proof.signs.agents import agents
from askwiki.proof.signs.bind import bind
from askwiki.proof.signs.course import course
from askwiki.proof.signs.cover import cover, slots
from askwiki.proof.signs.figures import figures
from askwiki.proof.signs.marks import marks
from askwiki.proof.signs.order import order
from askwiki.proof.signs.polarity import polarity
from askwiki.proof.signs.roles import roles
from askwiki.proof.signs.scope import scope
from askwiki.proof.signs.topics import topics


def signs(sentence: str, passage: Passage) -> tuple[Alignment, dict[str, float]]:
    """The sentence beside the passage, and its signs by name."""
    a = Alignment(sentence, passage)
    found = {
        **cover(a),
        **slots(a),
        **figures(a, sentence),
        **polarity(a),
        **scope(a, sentence),
        **order(a),
        **roles(a),
        **topics(a),
        **bind(a),
        **agents(a),
        **marks(a),
        **course(a),
    }
    return a, {name: float(value) for name, value in found.items()}


__all__ = ["signs"]
