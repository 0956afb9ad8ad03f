"""What is asked of a release before it is published, from ``reports/publishing.yml``."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pilotbook.errors import WorkError
from pilotbook.project import ROOT
from pilotbook.release.states import State

FILE = ROOT / "reports" / "publishing.yml"
ORDER = (State.REJECTED, State.RELEASED, State.IN_REVIEW, State.REVIEWED)


class Requirements(BaseModel):
    """The state of review that a report needs, by whether its data are real or simulated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    real: State = State.REVIEWED
    simulated: State = State.RELEASED

    def state_for(self, simulated: bool) -> State:
        """Return what is asked of a report."""
        return self.simulated if simulated else self.real

    def meets(self, found: State, wanted: State) -> bool:
        """Tell whether a state is far enough; a rejected report never is."""
        return found is not State.REJECTED and ORDER.index(found) >= ORDER.index(wanted)


def read_requirements(path: Path = FILE) -> Requirements:
    """Read the requirements.

    Raises
    ------
    WorkError
        If the file is not there or is not understood: then nothing is published.
    """
    try:
        return Requirements.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WorkError(f"{path.name}: cannot be read ({error}); restore it") from None
    except ValidationError as error:
        first = error.errors()[0]
        states = ", ".join(state.value for state in ORDER[1:])
        raise WorkError(
            f"{path.name}: `{'.'.join(map(str, first['loc']))}`: {first['msg']}; known states: {states}"
        ) from None
