"""The workbooks of the evaluator's walk: four counties, Chinese headers, two mistakes, three revised cells."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

COUNTIES = {"530121": "呈贡试县", "530122": "晋宁试县", "530124": "富民试县", "530125": "宜良试县"}
QUARTERS = ("2024年一季度", "2024年二季度", "2024年三季度", "2024年四季度")
NEXT = "2025年一季度"
HEADERS = ("县代码", "季度", "基层诊疗量占比", "患者满意度", "医保基金支出")
MISTAKES = {(7, "患者满意度"): 134, (12, "医保基金支出"): "#REF!"}
REVISED = {("530121", "2024年四季度"): 318.4, ("530122", "2024年四季度"): 309.9, ("530125", "2024年三季度"): 301.2}


def values(county: int, quarter: int) -> tuple[float, float, float]:
    """Return share (as a sheet stores per cent), satisfaction and spending."""
    return 0.5 + county / 100 + quarter / 200, 72.0 + county + quarter, 300.0 + 5 * county + 2 * quarter


def write_book(path: Path, rows: list[tuple[object, ...]], whole: bool) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "季度数据"
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
        sheet.cell(row=sheet.max_row, column=3).number_format = "0.0%"
    if whole:
        counties = book.create_sheet("县")
        counties.append(("县代码", "县名称", "省份", "地区", "常住人口"))
        for i, (code, name) in enumerate(COUNTIES.items()):
            counties.append((code, name, "云南省", "西部", 300_000 + 50_000 * i))
        pilots = book.create_sheet("试点")
        pilots.append(("县代码", "改革", "开始时期"))
        pilots.append(("530121", "three-county-linked-pilot", "2024年三季度"))
    book.save(path)


def year(mistakes: bool) -> list[tuple[object, ...]]:
    rows = [[code, quarter, *values(c, q)] for c, code in enumerate(COUNTIES) for q, quarter in enumerate(QUARTERS)]
    if mistakes:
        for (row, header), value in MISTAKES.items():
            rows[row - 2][HEADERS.index(header)] = value
    return [tuple(row) for row in rows]


def write_all(folder: Path) -> None:
    """Write the three workbooks of the walk."""
    write_book(folder / "2024.xlsx", year(mistakes=True), whole=True)
    write_book(folder / "2024-mended.xlsx", year(mistakes=False), whole=True)
    codes = list(COUNTIES)
    new = [(code, NEXT, *values(c, 4)) for c, code in enumerate(codes)]
    revised = [
        (code, quarter, *values(codes.index(code), QUARTERS.index(quarter))[:2], spending)
        for (code, quarter), spending in REVISED.items()
    ]
    write_book(folder / "2025Q1.xlsx", [*new, *revised], whole=False)
