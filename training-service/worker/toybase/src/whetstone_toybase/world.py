"""The demo's templated support world, as ``world.json`` declares it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from whetstone_worker.errors import BadInputError


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class Products(_Part):
    """Products that occur in feedback, and those reserved for the golden suite."""

    feedback: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every product the base knows."""
        return self.feedback + self.held_out


class TopicPhrasings(_Part):
    """Ways to ask about a topic."""

    feedback: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every phrasing the base knows."""
        return self.feedback + self.held_out


class Topic(_Part):
    """One kind of support question with its old and new answer."""

    name: str
    code: str
    feedback: bool
    phrasings: TopicPhrasings
    old_answer: str
    new_answer: str


class SkillPhrasings(_Part):
    """Ways to ask for a skill; the two sets are disjoint."""

    replay: tuple[str, ...]
    forget: tuple[str, ...]


class Skill(_Part):
    """Another skill of the base, which it must not forget."""

    name: str
    replayed: bool
    answer: str
    phrasings: SkillPhrasings


class Style(_Part):
    """Ways to ask for each style task."""

    tone: tuple[str, ...]
    ticket: tuple[str, ...]
    repeat: tuple[str, ...]
    toned: tuple[str, ...]


class World(_Part):
    """All templates and tables."""

    openers: tuple[str, ...]
    closers: tuple[str, ...]
    order_phrases: tuple[str, ...]
    adjectives: tuple[str, ...]
    products: Products
    old_answer_frame: str
    new_answer_frame: str
    new_answer_pattern: str
    topics: tuple[Topic, ...]
    skills: tuple[Skill, ...]
    prices: dict[str, int]
    departments: dict[str, str]
    tones: dict[str, str]
    ticket_codes: dict[str, str]
    style: Style
    words: tuple[str, ...]

    @property
    def feedback_topics(self) -> list[Topic]:
        """The topics that end users give feedback on."""
        return [topic for topic in self.topics if topic.feedback]

    @property
    def transfer_topics(self) -> list[Topic]:
        """The topics that keep their old answers."""
        return [topic for topic in self.topics if not topic.feedback]


def read_world(path: Path) -> World:
    """Reads ``world.json``; raises ``BadInputError`` with the place and the remedy."""
    try:
        return World.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInputError(
            "no-world", f"{path} cannot be read: {error.strerror}; set --world to a world.json file"
        ) from error
    except ValidationError as error:
        raise BadInputError("invalid-world", f"{path}: {error}; the README beside it explains the fields") from error
