"""The parts that every section of a plan is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
PeriodText = Annotated[
    str,
    Field(coerce_numbers_to_str=True),
    WithJsonSchema({"type": ["string", "integer"], "description": "A period, such as 2019, 2019Q4 or 2019-11."}),
]
"""A period as it is written; YAML reads a bare year as a number."""
Code = Annotated[
    str,
    Field(coerce_numbers_to_str=True, min_length=1),
    WithJsonSchema({"type": ["string", "integer"], "description": "A code as it stands in the data."}),
]


class Section(BaseModel):
    """A mapping of a plan: its keys are all known, and it never changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """YAML reads a bare ``yes`` as true, and true would count as one."""
        field = cls.model_fields[info.field_name or ""]
        if isinstance(value, bool) and field.annotation in (int, float):
            raise ValueError(f"must be a number (it is {str(value).lower()})")
        return value


class Words(Section):
    """A text of the plan in the languages of the report; plain text stands for all of them."""

    en: Text
    zh: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"en": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "minLength": 1}, handler(core)]}

    def text(self, language: str) -> str:
        """Return the text in a language, the English one where there is none."""
        return getattr(self, language, None) or self.en
