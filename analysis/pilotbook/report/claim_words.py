"""What the sources claim, in words: where, how they got there, and how far it can be compared."""

from __future__ import annotations

from pilotbook.evaluate.claims import Obstacle, Standing
from pilotbook.panel.catalogue import Claim
from pilotbook.report.language import say

STANDINGS = {
    Standing.COMPARED: "compared",
    Standing.AMBIGUOUS: "left as ambiguous as it is",
    Standing.NOT_ESTIMATED: "not estimated",
    Standing.NOT_COMPARABLE: "not comparable",
}
OBSTACLES = {
    Obstacle.LEVEL: "a level, not a change",
    Obstacle.OUTPUT: "a count of what was done, not of what it changed",
    Obstacle.PROJECTION: "expected or calculated, not observed",
    Obstacle.CITED: "cited from elsewhere without a reference",
    Obstacle.TOTAL: "a total of which no base is stated",
    Obstacle.NO_NUMBER: "no change is stated",
    Obstacle.UNIT_NOT_STATED: "per cent or percentage points: not stated",
    Obstacle.NOT_IN_PLAN: "the plan has no outcome for this indicator",
    Obstacle.NO_EFFECT: "this evaluation has no estimate of it",
}
DESIGNS = {
    "before-after, no control": "before and after, no control group",
    "level only": "a level only",
    "output count": "a count",
    "price comparison": "a comparison of prices",
    "after only": "after only",
    "accounting estimate": "an accounting estimate",
    "target stated as achieved (实现…目标)": "a target, stated as achieved",
    "cited study, no reference given": "a cited study without a reference",
    "case description (failure without cost sharing)": "a description of a case",
    "cost comparison, not an effect": "a comparison of costs",
    "expected, not observed": "expected, not observed",
    "estimate (据测算)": "an estimate",
    "count after, no before": "a count after, none before",
    "cross-section vs provincial average 15 %": "against the average of the province",
    "clinical data, test not reported": "clinical data, test not reported",
    "intervention vs control group": "against a control group",
    "intervention vs control group (implied)": "against a control group, by implication",
}
PLACES = {
    "Beijing 北京": "Beijing",
    "Chengdu 成都": "Chengdu",
    "China 全国": "China",
    "Chongqing 重庆": "Chongqing",
    "DRG/DIP pilot areas": "pilot areas of DRG and DIP",
    "Guangdong 广东": "Guangdong",
    "Guangzhou 广州": "Guangzhou",
    "IBM Watson (cited)": "IBM Watson, as cited",
    "Qingdao 山东青岛": "Qingdao",
    "Shaanxi 陕西某三甲医院": "a tertiary hospital of Shaanxi",
    "Shanghai 上海": "Shanghai",
    "Shanghai 上海 pilot areas": "pilot areas of Shanghai",
    "Shenzhen 深圳": "Shenzhen",
    "Shenzhen 深圳 60+": "Shenzhen, residents of sixty and older",
    "Shiquan 石泉": "Shiquan",
    "Sichuan 四川": "Sichuan",
    "WHO study (cited)": "a study of the WHO, as cited",
    "Yan’an 延安": "Yan’an",
    "Zhejiang 浙江": "Zhejiang",
    "alliances in general": "alliances in general",
    "hypothetical province (10万例)": "a province, by way of example",
    "national pilot areas": "pilot areas of the country",
    "上海市某区": "a district of Shanghai",
    "上海市某医联体": "an alliance in Shanghai",
    "上海市某社区": "a community in Shanghai",
    "北京市某社区": "a community in Beijing",
    "县域医联体 (三甲+5家乡镇卫生院)": "an alliance of a tertiary hospital and township centres",
    "广东省某社区": "a community in Guangdong",
    "某三甲医院医联体": "an alliance of a tertiary hospital",
    "某县域医联体": "an alliance in a county",
    "某城市医疗集团": "a city hospital group",
    "某市": "a city",
    "某省": "a province",
    "某省 (province-wide)": "a whole province",
    "某省 某医院": "a hospital in a province",
    "某省 某医院 vs provincial average": "a hospital against the average of its province",
    "某省3县": "three counties of a province",
    "某省级医疗集团": "a provincial hospital group",
    "浙江省某医联体": "an alliance in Zhejiang",
    "深圳市某社区": "a community in Shenzhen",
}
CHANGE_TYPES = {
    "pp": "{change} percentage points",
    "%": "{change}%",
    "abs": "{change}",
    "% or pp (ambiguous)": "{change}, per cent or percentage points",
}


def place(claim: Claim, language: str) -> str:
    """Name where a claim is about."""
    return say(language, PLACES[claim.place])


def design(claim: Claim, language: str) -> str:
    """Say how the source came to its claim."""
    return say(language, DESIGNS[claim.design])


def as_stated(claim: Claim, language: str) -> str:
    """Give the claim: in Chinese in the words of its source, in English its numbers as the source has them."""
    if language == "zh":
        return f"“{claim.quote}”"
    change = claim.change.replace("-", "−").partition(" (")[0]
    said = CHANGE_TYPES.get(claim.change_type, "{change}").format(change=change) if change else ""
    levels = " → ".join(level for level in (claim.before, claim.after) if level)
    return "; ".join(part for part in (levels, said) if part)
