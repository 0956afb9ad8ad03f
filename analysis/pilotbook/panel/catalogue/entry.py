"""What every entry of the catalogue has in common: it is closed, frozen, and every name is spelt one way."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

IndicatorId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
ReformId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
RuleId = ReformId
SourceFile = Annotated[str, StringConstraints(pattern=r"^\d{3}_[0-9a-f]{16}\.txt$")]
Text = Annotated[str, StringConstraints(min_length=1)]
ChineseText = Annotated[str, StringConstraints(pattern=r"[\u4e00-\u9fff]")]


class Entry(BaseModel):
    """An entry of the catalogue: frozen, and a key that the model does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
