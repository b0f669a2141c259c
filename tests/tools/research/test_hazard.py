"""The hazards in the larder are what the records of ends say, and predict makers that the fit has not seen."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import CensoredData, ecdf

from service.larder.load import load
from tools.research import lifetimes
from tools.research.risk_sets import hosted_models, lives_of, makers_models
from tools.research.scoring import DOCS, END, START
from tools.research.survival import INTERVAL, Lives, alive_at, counted, fit_hazard, kaplan_meier, log_score

CATALOGUE = load()
FITTED = datetime.date(2026, 11, 26)
PROPRIETARY = lifetimes.fit("proprietary", CATALOGUE)
HOSTED = lifetimes.fit("open_weights_hosted", CATALOGUE)


def lives(
    exit_: list[float], ended: list[bool], entry: list[float] | None = None, batches: list[str] | None = None
) -> Lives:
    """Return lives of one maker, each of which ends by a decision of its own."""
    names = batches or [str(place) for place in range(len(exit_))]
    start = np.zeros(len(exit_)) if entry is None else np.array(entry)
    return Lives(start, np.array(exit_), np.array(ended), np.array(["one"] * len(exit_)), np.array(names))


def test_kaplan_meier_is_the_textbooks() -> None:
    """Freireich's 21 patients on 6-mercaptopurine: shares alive and Greenwood's errors as Kalbfleisch and Prentice print them."""
    weeks = [6.0, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = [week in (6, 7, 10, 13, 16, 22, 23) for week in weeks]
    ended[3] = ended[7] = False
    found = kaplan_meier(lives(weeks, ended))
    assert found.months.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.alive == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert found.standard_error == pytest.approx([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5)
    assert found.at(5.9) == (1.0, 0.0) and found.at(12.0)[0] == pytest.approx(0.753, abs=5e-4)


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
def test_kaplan_meier_is_scipys_where_nobody_enters_late() -> None:
    """On the makers' own lives shares and errors are those of the library."""
    mine, data = kaplan_meier(PROPRIETARY.lives), PROPRIETARY.lives
    theirs = ecdf(CensoredData(uncensored=data.exit[data.ended], right=data.exit[~data.ended])).sf
    assert theirs.evaluate(mine.months) == pytest.approx(mine.alive, abs=1e-12)
    # Their interval is clipped at 0 and 1, and undefined where nobody is left.
    low = theirs.confidence_interval(INTERVAL).low.evaluate(mine.months)
    inside = (mine.at_risk > 1.0) & (low > 0.0)
    assert inside.sum() > 20
    reach = float(ndtri(0.5 + INTERVAL / 2.0)) * mine.standard_error
    assert (mine.alive - reach)[inside] == pytest.approx(low[inside], abs=1e-9)


def test_who_enters_late_is_at_risk_from_then_on() -> None:
    """Of two that are watched when the first of them ends, half are left, whatever was not watched before."""
    found = kaplan_meier(lives([4.0, 10.0, 12.0], [True, True, False], entry=[0.0, 5.0, 0.0]))
    assert found.at_risk.tolist() == [2.0, 2.0]
    assert found.alive.tolist() == [0.5, 0.25]


def test_a_hazard_is_events_over_years_at_risk() -> None:
    """Two ends in 30 months of the first year and one in 12 months of the second, by the closed form of each step."""
    some = lives([6.0, 12.0, 24.0, 6.0], [True, False, True, True], entry=[0.0, 0.0, 0.0, 0.0])
    events, years = counted(some, np.array([0.0, 12.0]))
    assert (events.tolist(), years.tolist()) == ([2.0, 1.0], [3.0, 1.0])
    plain = fit_hazard(some, (0.0, 12.0), 1e-9)
    assert plain.per_year == pytest.approx([2 / 3, 1.0])
    drawn = fit_hazard(some, (0.0, 12.0), 2.0)
    assert drawn.constant == pytest.approx(0.75)
    assert drawn.per_year == pytest.approx([(2 + 2) / (2 / 0.75 + 3), (2 + 1) / (2 / 0.75 + 1)])
    assert alive_at(18.0, drawn.starts, drawn.per_year) == pytest.approx(np.exp(-drawn.per_year @ [1.0, 0.5]))


def test_what_ends_on_one_day_is_one_decision() -> None:
    """Ends of one batch leave the rate as it is and widen its interval."""
    apart = fit_hazard(lives([6.0, 6.0, 12.0], [True, True, False]), (0.0,), 1e-9)
    together = fit_hazard(lives([6.0, 6.0, 12.0], [True, True, False], batches=["a", "a", "b"]), (0.0,), 1e-9)
    assert together.dispersion == 2.0 and together.per_year == pytest.approx(apart.per_year)
    assert together.low[0] < apart.low[0] < apart.high[0] < together.high[0]


def test_a_score_is_density_of_ends_and_survival_of_others() -> None:
    """One that ends after a year at a hazard of 2, and one that is seen for half a year: ln 2 - 2 - 1."""
    assert log_score(lives([12.0, 6.0], [True, False]), np.zeros(1), np.array([2.0])) == pytest.approx(
        np.log(2.0) - 3.0
    )


def test_an_end_to_come_is_a_life_that_goes_on() -> None:
    """Announced for later than the last look it is no event, but it is when the look goes that far ahead for all."""
    stay = [member for member in makers_models(CATALOGUE) if not member.is_preview]
    now, later = lives_of(stay), lives_of(stay, ahead_months=6.0)
    to_come = np.array([member.shutdown is not None and member.shutdown > member.seen for member in stay])
    assert not now.ended[to_come].any() and 10 < later.ended[to_come].sum() <= to_come.sum()
    assert (now.exit <= later.exit + 1e-9).all()


def test_risk_sets_hold_each_model_once_and_its_survivors() -> None:
    """No model counts twice at a provider, and of each set a third at least has not ended."""
    for members in (makers_models(CATALOGUE), hosted_models(CATALOGUE)):
        assert len({(member.maker, member.model) for member in members}) == len(members)
        assert lives_of(members).ended.mean() < 2 / 3
        assert all(member.released <= member.entered for member in members)


def test_makers_left_out_are_predicted_better_by_age() -> None:
    """The log score of makers left out is above that of a constant hazard fitted to the same others, by three nats and more."""
    by_age, constant = lifetimes.score(PROPRIETARY.left_out)
    assert by_age > constant + 3.0
    assert len(PROPRIETARY.left_out) == 6


def test_the_share_alive_is_kaplan_meiers() -> None:
    """At 12, 18 and 24 months the hazards in the larder keep the same share alive as Kaplan-Meier within 5 points."""
    value, observed = CATALOGUE.hazards["proprietary"].at(FITTED), kaplan_meier(PROPRIETARY.lives)
    starts, rates = (np.array([getattr(s, field) for s in value.steps]) for field in ("from_months", "per_year"))
    for age in lifetimes.COMPARED:
        assert abs(alive_at(age, starts, rates) - observed.at(age)[0]) < 0.05


def test_hosted_weights_are_alive_as_kaplan_meier_says_within_its_error() -> None:
    """Where a host is left out age says little; the share alive is within an 80 % interval of Kaplan-Meier's all the same."""
    observed, hazard = kaplan_meier(HOSTED.lives), HOSTED.hazard
    for age in lifetimes.COMPARED:
        share, error = observed.at(age)
        assert abs(alive_at(age, hazard.starts, hazard.per_year) - share) < 1.2816 * error


def test_the_notice_is_of_announcements_where_one_of_them_is_most_rows() -> None:
    """Makers give six months by the median of their rows; of hosts, whose rows are mostly one announcement, one month."""
    assert not PROPRIETARY.notice.by_announcement and PROPRIETARY.notice.months == 6.0
    assert HOSTED.notice.by_announcement and HOSTED.notice.largest > 0.5 and HOSTED.notice.months == 1.0


def test_the_file_is_what_the_fit_writes() -> None:
    """A fit of the day in the file writes the file, to the letter; weights on one's own GPUs alone are judged."""
    assert lifetimes.render(FITTED) == lifetimes.PATH.read_text()
    kinds = [[value.kind for value in hazard.values] for hazard in CATALOGUE.hazards.values()]
    assert kinds == [["measured"], ["measured"], ["judged"]]


def test_page_and_picture_are_what_the_fit_writes() -> None:
    """Figures of the page between its marks, and the picture, are those of the fit."""
    page = (DOCS / "lifetimes.md").read_text()
    assert page.split(START)[1].split(END)[0].strip() == lifetimes.report()
    assert (DOCS / "lifetimes.svg").read_text() == lifetimes.plots()[lifetimes.PAGE]
