"""What a release says of itself: ``release.json``, canonical bytes of a published schema.

Everything a rerun needs stands in it by name and hash. Nothing in it names a machine, a person's account or a path
outside the project.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pilotbook.errors import WorkError

NAME = "release.json"
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Value = str | int | float | bool
Kind = Literal["table", "figure", "ledger"]


class Part(BaseModel):
    """A mapping of the record: its keys are all known, and it never changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Title(Part):
    """A text in the languages of reports; None where the plan has no Chinese one."""

    en: str
    zh: str | None = None


class Data(Part):
    """The data that the estimates rest on."""

    name: str = Field(description="Name of the data set.")
    sha256: Sha256
    vintage: str | None = Field(description="The hand-over that was read; null for data without description.")
    simulated: bool


class Code(Part):
    """The program that made the release."""

    commit: str = Field(pattern=r"^[0-9a-f]{40}$", description="Of the repository that holds program and plan.")
    sha256: Sha256 = Field(description="Of all source files of the program.")
    version: str


class Environment(Part):
    """What the program ran on."""

    python: str
    system: str = Field(description="Operating system and processor, such as 'Linux x86_64'.")
    libraries: dict[str, str] = Field(description="Name to version, of all that shape numbers or pages.")
    fonts: dict[str, str] = Field(description="Package of the font to its version.")
    engine: str = Field(description="Which engine drew the pages.")
    engine_version: str
    engine_sha256: Sha256 = Field(description="Of everything besides the notebook that shapes the pages.")
    lock: Sha256 | None = Field(description="Hash of requirements.lock.")


class Registered(Part):
    """How the plan stood to its registration."""

    standing: str
    date: datetime.date
    deviations: int
    sha256: Sha256 = Field(description="Of the registration's file, which the release holds.")


class Headline(Part):
    """The row that leads for one outcome, and its verdict."""

    outcome: str
    title: Title
    unit: Title
    family: Literal["primary", "secondary", "safety"]
    row: str = Field(description="Id of the row in the ledger.")
    verdict: str
    grade: str
    estimate: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    level: float | None
    p: float | None


class Exhibit(Part):
    """A table or figure of the report in one language, or the ledger."""

    id: str = Field(description="Language and label, such as 'en/tbl-verdicts'; 'estimates' for the ledger.")
    kind: Kind
    sha256: Sha256 = Field(description="Of what it shows, sanitised.")


class Previous(Part):
    """The release that this one follows and is compared with."""

    period: str
    version: int
    sha256: Sha256 = Field(description="Of its release.json, so that releases form a chain.")


class Record(Part):
    """All that is recorded of a release."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    plan: str
    period: str
    version: int = Field(ge=1)
    released: datetime.date
    author: str
    note: str | None = Field(description="What the version corrects; null for the first of a period.")
    title: Title
    reform: str
    dataset: str = Field(description="As the plan names it.")
    plan_path: str = Field(description="The plan's file, from the folder of all releases.")
    simulated: bool
    headline: tuple[Headline, ...]
    code: Code
    data: Data
    plan_sha256: Sha256 = Field(description="Of the plan's file.")
    registration: Registered
    look: dict[str, str | int | tuple[str, ...] | None]
    parameters: dict[str, Value] = Field(description="Parameters of the chapters that were given.")
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    environment: Environment
    seeds: dict[str, int]
    exhibits: tuple[Exhibit, ...]
    files: dict[str, Sha256] = Field(description="Path in the release to hash; all files but the seals themselves.")
    previous: Previous | None

    def dumps(self) -> str:
        """Return the canonical bytes, as text: keys sorted, floats written so that they read back exactly."""
        content = self.model_dump(mode="json", by_alias=True)
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def loads(cls, text: str, shown: str) -> Record:
        """Read what `dumps` wrote.

        Parameters
        ----------
        text
            The content of the file.
        shown
            How messages call the file.

        Raises
        ------
        WorkError
            If it is no record of this schema.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "file"
            raise WorkError(f"{shown}: not a record of a release ({place}: {first['msg']})") from None


def read_record(folder: Path) -> Record:
    """Read the record of a release's folder.

    Raises
    ------
    WorkError
        If there is none that can be read.
    """
    path = folder / NAME
    shown = "/".join(path.parts[-4:])
    try:
        return Record.loads(path.read_text(encoding="utf-8"), shown)
    except (OSError, UnicodeDecodeError) as error:
        raise WorkError(f"{shown}: cannot be read ({error}); restore it from version control") from None


def record_schema() -> str:
    """Return the JSON Schema of ``release.json``."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Record.model_json_schema(by_alias=True)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
