"""The settings that an editor knows are those that the recipes have, with their types."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from recurra.tasks import TASKS
from recurra.tasks.answer_settings import AnswerSettings, GenerationSettings


def settings_of(section: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for task in TASKS.values():
        options = getattr(task.recipe(), section, None)
        if is_dataclass(options):
            hints = get_type_hints(type(options))
            found |= {field.name: hints[field.name] for field in fields(options)}
    return found


def test_they_are_the_settings_of_all_tasks() -> None:
    assert get_type_hints(AnswerSettings) == settings_of("decoding")
    assert get_type_hints(GenerationSettings) == settings_of("generation")
