"""Reasoning before an answer, as captured from a model that writes it between markers."""

# Curation knows the same markers (ReasoningMarkers).
_MARKERS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)


def parts_of(answer: str) -> list[str]:
    """The texts that a template must print of an answer: reasoning and visible text, or the whole text.

    A template may print other white space between the two, and the block's markers in its own way.
    """
    text = answer.strip()
    for opening, closing in _MARKERS:
        if text.startswith(opening) and closing in text:
            reasoning, _, visible = text.removeprefix(opening).partition(closing)
            return [part.strip() for part in (reasoning, visible) if part.strip()]
    return [text] if text else []
