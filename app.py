"""The chat page: `python app.py`, or `make run`."""

import sys

from askwiki.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
