"""sentence + passages -> Judgement: is a written sentence borne out by what it was written from?"""

from askwiki.proof.judge import Judge, bundled_judge
from askwiki.proof.records import Judgement, Source

__all__ = ["Judge", "Judgement", "Source", "bundled_judge"]
