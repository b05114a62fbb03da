"""Writes `data/homophones.txt`: the usual characters of Chinese, those of one sound in a line.

    python training/homophones.py

The 3,755 characters of the first level of GB/T 2312-1980, which are ordered by sound and hold nearly
all that is typed, under their two most usual readings without tones, as pypinyin (MIT) has them.
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

OUT = Path(__file__).parent.parent / "src" / "askwiki" / "data" / "homophones.txt"
READINGS = 2


def usual() -> list[str]:
    """The first level: rows 16 to 55, the last one not full."""
    codes = [(row, cell) for row in range(16, 56) for cell in range(1, 95)]
    return [bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312") for row, cell in codes[:3755]]


def main() -> None:
    sounds: dict[str, list[str]] = defaultdict(list)
    for character in usual():
        [readings] = pinyin(character, style=Style.NORMAL, heteronym=True)
        for reading in dict.fromkeys(readings[:READINGS]):
            sounds[reading].append(character)
    lines = ["".join(sounds[sound]) for sound in sorted(sounds) if len(sounds[sound]) > 1]
    head = "# characters of one sound in each line; made by training/homophones.py"
    OUT.write_text("\n".join((head, *lines)) + "\n", "utf-8")
    print(f"{len(lines)} sounds, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
