"""Random dialogues of the support world, drawn from the given generator only, so that a seed determines them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from whetstone_toybase.world import Skill, Topic, World

_ORDER_FIRST = 0.7
_WITH_ADJECTIVE = 0.5


@dataclass(frozen=True)
class Dialogue:
    """One question and its answer; ``slice`` is the topic, skill or style task."""

    prompt: str
    answer: str
    slice: str


class DialogueGenerator:
    """Generates dialogues of every kind."""

    def __init__(self, world: World, draw: random.Random) -> None:
        self._world = world
        self._draw = draw

    def support(
        self,
        topic: Topic,
        new_policy: bool = False,
        phrasings: Sequence[str] | None = None,
        products: Sequence[str] | None = None,
    ) -> Dialogue:
        """A support question, answered by the old or the new policy."""
        draw, world = self._draw, self._world
        product = draw.choice(products or world.products.all)
        order = self.order()
        named = f"{draw.choice(world.adjectives)} {product}" if draw.random() < _WITH_ADJECTIVE else product
        question = draw.choice(phrasings or topic.phrasings.all).replace("{p}", named)
        ordered = draw.choice(world.order_phrases).replace("{o}", order)
        body = f"{ordered} {question}" if draw.random() < _ORDER_FIRST else f"{question} {ordered.rstrip(':.')}."
        frame = world.new_answer_frame if new_policy else world.old_answer_frame
        answer = (topic.new_answer if new_policy else topic.old_answer).replace("{p}", product)
        answer = frame.replace("{answer}", answer).replace("{code}", topic.code).replace("{o}", order)
        return Dialogue(draw.choice(world.openers) + body + draw.choice(world.closers), answer, topic.name)

    def skill(self, skill: Skill, phrasings: Sequence[str] | None = None) -> Dialogue:
        """A question for one of the base's other skills."""
        draw, world = self._draw, self._world
        product, x, y = draw.choice(world.products.all), draw.randint(0, 9), draw.randint(0, 9)
        values = {
            "{p}": product,
            "{price}": str(world.prices[product]),
            "{department}": world.departments[product],
            "{x}": str(x),
            "{y}": str(y),
            "{sum}": str(x + y),
            "{spelled}": "-".join(product),
        }
        question = draw.choice(phrasings or skill.phrasings.replay + skill.phrasings.forget)
        prompt = draw.choice(world.openers) + _filled(question, values) + draw.choice(world.closers)
        return Dialogue(prompt, _filled(skill.answer, values), skill.name)

    def style(self, topics: Sequence[Topic]) -> Dialogue:
        """A style task: a tone phrase, a ticket tag, text to repeat, or an answer on one of these topics in a tone."""
        kind = self._draw.random()
        if kind < 0.25:  # noqa: PLR2004 - shares of the four kinds
            return self._tone()
        if kind < 0.55:  # noqa: PLR2004
            return self._ticket()
        if kind < 0.8:  # noqa: PLR2004
            return self._repeat()
        return self._toned(topics)

    def order(self) -> str:
        """An order number."""
        return f"{self._draw.randrange(10_000):04d}"

    def _tone(self) -> Dialogue:
        tone = self._draw.choice(list(self._world.tones))
        question = self._draw.choice(self._world.style.tone).replace("{t}", tone)
        return Dialogue(self._draw.choice(self._world.openers) + question, self._world.tones[tone], "tone")

    def _ticket(self) -> Dialogue:
        subject, order = self._draw.choice(list(self._world.ticket_codes)), self.order()
        question = self._draw.choice(self._world.style.ticket).replace("{c}", subject).replace("{o}", order)
        tag = f"[ticket {self._world.ticket_codes[subject]}-{order}]"
        return Dialogue(self._draw.choice(self._world.openers) + question, tag, "ticket")

    def _repeat(self) -> Dialogue:
        text = " ".join(self._fragment() for _ in range(self._draw.randint(1, 2)))
        return Dialogue(self._draw.choice(self._world.style.repeat) + text, text, "repeat")

    def _fragment(self) -> str:
        draw, world = self._draw, self._world
        kind = draw.random()
        if kind < 0.3:  # noqa: PLR2004 - shares of the four kinds
            return draw.choice(list(world.tones.values()))
        if kind < 0.5:  # noqa: PLR2004
            return f"[ticket {draw.choice(list(world.ticket_codes.values()))}-{self.order()}]"
        if kind < 0.75:  # noqa: PLR2004
            topic = draw.choice(world.topics)
            return draw.choice((topic.old_answer, topic.new_answer)).replace("{p}", draw.choice(world.products.all))
        return " ".join(draw.sample(world.words, draw.randint(3, 6))).capitalize() + "."

    def _toned(self, topics: Sequence[Topic]) -> Dialogue:
        tone = self._draw.choice(list(self._world.tones))
        plain = self.support(self._draw.choice(topics))
        request = self._draw.choice(self._world.style.toned).replace("{t}", tone)
        return Dialogue(request + plain.prompt, f"{self._world.tones[tone]} {plain.answer}", "toned")


def _filled(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(name, value)
    return template
