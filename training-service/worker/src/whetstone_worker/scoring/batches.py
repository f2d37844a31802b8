"""Groups items of similar length into batches of a bounded number of tokens."""

from collections.abc import Iterable

from whetstone_worker.scoring.items import EncodedItem


def batches_of(items: Iterable[EncodedItem], max_tokens: int) -> list[list[EncodedItem]]:
    """Batches, longest items first, of at most ``max_tokens`` with padding; a longer item is alone in its batch.

    The batches depend on the items, not on their order.
    """
    batches: list[list[EncodedItem]] = []
    for item in sorted(items, key=lambda one: (-one.length, one.id)):
        if batches and (len(batches[-1]) + 1) * batches[-1][0].length <= max_tokens:
            batches[-1].append(item)
        else:
            batches.append([item])
    return batches
