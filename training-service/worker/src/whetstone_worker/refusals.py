"""Rows that a base cannot take: left out of training, counted, and the first of them named."""

from dataclasses import dataclass
from typing import Any

from whetstone_worker.errors import BadInputError, RowRefusedError

NAMED = 20
LEAST_ROWS = 10
_LONGEST_DETAIL = 300
_QUOTED = 3


@dataclass(frozen=True)
class Refusals:
    """How many rows were left out, and the first ``NAMED`` of them with the reason."""

    count: int = 0
    rows: tuple[dict[str, str], ...] = ()

    def with_row(self, row_id: str, error: RowRefusedError) -> "Refusals":
        """These and one more."""
        named = {"id": row_id, "code": error.code, "detail": one_line(error.detail, _LONGEST_DETAIL)}
        return Refusals(self.count + 1, (*self.rows, named)[:NAMED])

    def and_of(self, others: "Refusals") -> "Refusals":
        """These and others, these first."""
        return Refusals(self.count + others.count, (*self.rows, *others.rows)[:NAMED])

    def as_json(self) -> dict[str, Any]:
        """Their form in status reports and manifests."""
        return {"count": self.count, "rows": list(self.rows)}

    @staticmethod
    def of_json(raw: dict[str, Any] | None) -> "Refusals":
        """Reads ``as_json`` back; absent means none."""
        return Refusals(int(raw["count"]), tuple(raw["rows"])) if raw else Refusals()


NO_REFUSALS = Refusals()


def require_enough(left: int, read: int, refused: Refusals) -> None:
    """Ends the attempt when rows were left out and fewer than ``LEAST_ROWS`` remain: a retry would not help."""
    if not refused.count or left >= LEAST_ROWS:
        return
    quoted = "; ".join(f"{row['id']}: {row['detail']}" for row in refused.rows[:_QUOTED])
    raise BadInputError(
        "too-few-rows",
        f"the base cannot take {refused.count} of {read} rows, and {left} are left, fewer than {LEAST_ROWS}; "
        f"use a base whose chat template renders them, or send other rows. The first: {quoted}",
    )


def one_line(text: str, longest: int) -> str:
    """Printable text on one line, shortened."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= longest else plain[: longest - 3] + "..."
