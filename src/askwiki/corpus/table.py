"""Table rows as sentences that can be read alone."""

from collections.abc import Iterable, Sequence


def row_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Each row as `首列：值；列二：值二`, empty cells left out.

    A first column without a name gives its value as the row's subject: `值：列二：值二`.
    """
    return [line for line in (_row_line(header, row) for row in rows) if line]


def _row_line(header: Sequence[str], row: Sequence[str]) -> str:
    padded = zip([*header, *[""] * len(row)], row, strict=False)
    cells = [(name.rstrip("：: "), cell.rstrip("。；; ")) for name, cell in padded]
    pairs = [f"{name}：{cell}" if name else cell for name, cell in cells if cell]
    if cells and cells[0][1] and not cells[0][0] and len(pairs) > 1:
        return f"{pairs[0]}：{'；'.join(pairs[1:])}"
    return "；".join(pairs)
