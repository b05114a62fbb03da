"""The training scripts as modules: behind everything installed, whose names they must not take."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "training"))
