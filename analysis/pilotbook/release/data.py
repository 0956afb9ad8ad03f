"""The data of a release: finding them again, and showing them as they stood then."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from pilotbook.errors import DataError
from pilotbook.panel.dataset import DESCRIPTION, Dataset, file_sha256, find_dataset
from pilotbook.panel.vintage import FOLDER, Vintage, vintage_order, vintages
from pilotbook.release.record import Record

RECEIPTS = "receipts"


@dataclass(frozen=True, slots=True)
class Kept:
    """The data of a release as they lie on disk now.

    Attributes
    ----------
    place
        The file of a bare data set, else its folder.
    dataset
        How it is read.
    vintage
        The recorded vintage; None for data without vintages.
    changed
        What is not as it was recorded, in words; None if the bytes are the same.
    """

    place: Path
    dataset: Dataset
    vintage: Vintage | None
    changed: str | None


def find_data(record: Record, plan_folder: Path, data_folder: Path) -> Kept:
    """Find the data that a release was made from.

    Parameters
    ----------
    record
        Of the release.
    plan_folder
        From where the plan names its data.
    data_folder
        The folder of data sets with names.

    Raises
    ------
    DataError, UnknownNameError
        If the data set, or its vintage, is not there.
    """
    dataset = find_dataset(record.dataset, plan_folder, data_folder)
    if dataset.vintage is None:
        place = dataset.file if dataset.description is None else _described_folder(dataset)
        return Kept(place, dataset, None, _other_bytes(file_sha256(dataset.file), record))
    place = dataset.vintage.folder.parents[1]
    vintage = next((v for v in vintages(place) if v.name == record.data.vintage), None)
    if vintage is None:
        raise DataError(f"{record.data.name}: has no vintage {record.data.vintage}; restore it from version control")
    changed = _other_bytes(vintage.sha256, record)
    try:
        vintage.verify()
    except DataError as error:
        changed = str(error)
    return Kept(place, dataset, vintage, changed)


def _described_folder(dataset: Dataset) -> Path:
    return next(folder for folder in dataset.file.parents if (folder / DESCRIPTION).is_file())


def _other_bytes(digest: str, record: Record) -> str | None:
    if digest == record.data.sha256:
        return None
    return f"{record.data.name}: SHA-256 {digest[:12]}…, recorded {record.data.sha256[:12]}…"


def show(kept: Kept, target: Path) -> None:
    """Show data at another place as they stood: without later vintages, described as they are.

    Parameters
    ----------
    kept
        The data.
    target
        Where the file or folder is to be. Files are copied: what a reviewer changes there changes nothing here.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if kept.place.is_file():
        shutil.copyfile(kept.place, target)
        return
    target.mkdir()
    for entry in sorted(kept.place.iterdir()):
        if entry.name not in {FOLDER, RECEIPTS, DESCRIPTION}:
            _copy(entry, target / entry.name)
    if kept.vintage is None:
        _describe(kept.place, target)
    else:
        _show_vintages(kept.vintage, target)


def _show_vintages(last: Vintage, target: Path) -> None:
    (target / FOLDER).mkdir()
    (target / RECEIPTS).mkdir()
    for vintage in vintages(last.folder.parents[1]):
        if vintage_order(vintage.name) > vintage_order(last.name):
            continue
        folder = target / FOLDER / vintage.name
        folder.mkdir()
        for entry in sorted(vintage.folder.iterdir()):
            if entry.name != DESCRIPTION:
                _copy(entry, folder / entry.name)
        as_it_was = _describe(vintage.folder, folder)
        receipt = last.folder.parents[1] / RECEIPTS / f"{vintage.name}.json"
        if as_it_was and receipt.is_file():  # it vouches for the description, which would not fit any more
            shutil.copyfile(receipt, target / RECEIPTS / receipt.name)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _describe(source: Path, target: Path) -> bool:
    """Copy a description; where it does not fit the files, say of the copy what they are, so that they can be read.

    That the data are not the recorded ones is told apart from this, and whether it matters is what the rerun finds.
    Returns whether the description is as it was.
    """
    text = (source / DESCRIPTION).read_text(encoding="utf-8")
    description = json.loads(text)
    stale = False
    for resource in description["resources"]:
        path = source / resource["path"]
        if "hash" in resource and path.is_file():
            found = f"sha256:{_digest(path)}"
            stale |= found.removeprefix("sha256:") != resource["hash"].removeprefix("sha256:")
            resource["hash"] = found
    if stale:
        (target / DESCRIPTION).write_text(json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8")
    else:
        shutil.copyfile(source / DESCRIPTION, target / DESCRIPTION)
    return not stale


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
