"""What an answer says, as tables of Markdown: reads, works nothing out. Used by `tools/examples.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tools.defended import Answer, chance, number, percent, table
from tools.variations import CHANGES, changed

DECIDING, OTHERS = 4, 3
"""Inputs that are shown of those that decide, and plans of those that rank next."""

WORDS = {
    "accuracy_deviate": "accuracy of the fine-tune, given the prompt's",
    "drift_deviate": "what its provider makes of the prompt's base model",
    "technique_deviate": "gain of the techniques not yet tried",
    "residual_deviate": "gain of an improved prompt besides",
    "prompted_accuracy": "accuracy of the prompt",
    "first_retirement_month": "end of a base model",
}
ORIGINS = {
    "stated": "stated",
    "today": "today's less what may be lost",
    "none": "none, since wrong answers have a price",
}


def in_words(name: str) -> str:
    """Return the name of an input as a reader says it."""
    return WORDS.get(name, name.replace("_", " "))


def best_fine_tune(answer: Answer) -> Answer | None:
    """Return the fine-tune with the largest expected NPV; None where none can serve."""
    found = [o for o in answer["options"] if o["kind"] == "fine_tune" and o["npv"]["mean"] is not None]
    return max(found, key=lambda o: o["npv"]["mean"], default=None)


def _named(steps: Sequence[str]) -> str:
    return " + ".join(steps)


def action(said: Answer) -> str:
    """Return what to do next, and what to begin with beside it."""
    return _named([said["action"], *said["also"]])


def _bar(bar: Answer) -> str:
    asked = "-" if bar["accuracy"] is None else percent(bar["accuracy"])
    within = "" if bar["latency_seconds"] is None else f", and {number(bar['latency_seconds'])} s"
    return f"{asked} ({ORIGINS[bar['origin']]}){within}"


def verdict(answer: Answer) -> str:
    """Return the verdict in the service's own words, what each policy says, and what it stands or falls with."""
    said = answer["verdict"]
    confidence = said["confidence"]
    hinges = "; ".join(f"{in_words(each['input'])} (`{each['send']}`)" for each in said["hinges_on"])
    rows = [
        ("action", f"**{action(said)}**"),
        ("best option, were one to decide today", f"`{said['option']}`"),
        ("bar", _bar(said["bar"])),
        ("confidence", "not told" if confidence is None else chance(confidence)),
        ("by expected value alone", said["expected_value_action"]),
        (f"price of the framework, {answer['currency']}", number(said["price_of_framework"])),
        ("stands or falls with", " ".join(each["statement"] for each in said["conditional_on"]) or "nothing in particular"),
        ("knowing more is worth most of", hinges or "nothing"),
    ]  # fmt: skip
    if "until_answered" in said:
        rows.insert(1, ("until that is answered", f"{said['until_answered']['action']}"))
    return f"> **{said['headline']}**\n>\n> {said['summary']}\n\n" + table(("", "verdict"), rows)


def _weeks(value: float) -> str:
    return f"{value:.1f}"


def _step(at: int, step: Answer) -> tuple[str, ...]:
    stop = step.get("stop_at")
    begun = "at once" if at == 0 else "beside it" if step["side_by_side"] else "then"
    rule = "-" if stop is None else f"stop if {percent(stop['accuracy'])} of {number(stop['graded'])} are right"
    return (begun, step["step"], step["what"], number(step["cost"]), _weeks(step["weeks"]),
            f"{step['engineering_hours']:.0f}", rule)  # fmt: skip


def plan(answer: Answer) -> str:
    """Return the plan step by step, what it brings, and the plans that rank next."""
    money, asked = answer["currency"], answer["verdict"]["bar"]["origin"] != "none"
    told, steps = answer["plan"], answer["plan"]["steps"]
    head = ("begun", "step", "what", f"cost, {money}", "weeks", "hours of engineering", "stop rule")
    ranks: list[tuple[str, ...]] = []
    for name, each in [("the plan", told), *(("ranks next", other) for other in told["others"][:OTHERS])]:
        done = [step["step"] for step in steps] if each is told else each["steps"]
        likely = chance(each["chance"]) if asked else "not asked"
        ranks.append((name, _named(done) or "decide at once", number(each["value"]), likely, number(each["cost"]),
                      _weeks(each["weeks"])))  # fmt: skip
    ranked = (
        "",
        "what is done first",
        f"value, {money}",
        "chance to end likely to meet the bar",
        "spent first",
        "weeks",
    )
    return table(head, [_step(at, step) for at, step in enumerate(steps)]) + "\n\n" + table(ranked, ranks)


def question(answer: Answer) -> str:
    """Return the field that is not said and that the advice hangs on most, and what each answer would lead to."""
    asked = answer.get("next_question")
    if asked is None:
        return "Nothing that is not said would change the advice."
    rows = [(number(each["value"]) if each["value"] is not None else str(each["text"]), chance(each["probability"]),
             each["action"], "yes" if each["changes_advice"] else "no") for each in asked["answers"]]  # fmt: skip
    head = (f"`{asked['field']}`, {asked['unit']}", "taken to be as likely as", "action then", "changes the advice")
    return f"> {asked['why']}\n\n" + table(head, rows)


def options(answer: Answer) -> str:
    """Return the table of options."""
    money, origin = answer["currency"], answer["verdict"]["bar"]["origin"]
    head = ("option", f"one-off, {money}", "first full month", "TCO", "NPV, base case", "NPV, expected (10 to 90 %)",
            "against the best other", "chance it pays", "no worse than today" if origin == "today" else "meets the bar",
            "accuracy", "retires on")  # fmt: skip
    rows = []
    for o in answer["options"]:
        npv, life, right = o["npv"], o["lifetime"], o["accuracy"]
        if npv["mean"] is None:
            rows.append((f"`{o['id']}`", o["obstacle"], *("-" for _ in head[2:])))
            continue
        drawn = f"drawn, base case month {number(o['timeline']['end_month'])}" if life["origin"] == "drawn" else "never"
        rows.append((f"`{o['id']}`", number(o["one_off"]), number(o["monthly"]["total"]), number(o["tco"]["base_case"]),
                     number(npv["base_case"]), f"{number(npv['mean'])} ({number(npv['p10'])} to {number(npv['p90'])})",
                     number(o["npv_over_best_other"]["mean"]),
                     "-" if o["id"] == answer["options"][0]["id"] else chance(npv["probability_positive"]),
                     chance(o["chance_meets_bar"]), percent(right["at_start_base_case"]),
                     life["retires_on"] or drawn))  # fmt: skip
    return table(head, rows)


def break_evens(answer: Answer) -> str:
    """Return where another option becomes the best along each input, and what the draws say about volume."""
    rows: list[tuple[str, ...]] = []
    alike: dict[tuple[str, str], list[str]] = {}
    for item in answer["break_even"]["items"]:
        words, today = item["input"].replace("_", " "), "-" if item["current"] is None else number(item["current"])
        if item["switches"]:
            best = f"`{item['switches'][0]['from_option']}`"
            for switch in item["switches"]:
                jump = " (a jump)" if switch["kind"] == "crossed" else ""
                best += f", from {number(switch['value'])}{jump} `{switch['to_option']}`"
            at = ", ".join(f"{number(value)}" for value in item["break_even"])
            pays = f"{at}; it pays {item['tuning_pays']}" if at else "-"
            rows.append((words, item["unit"], today, best, item["state"], pays))
        else:
            key = item["state"], item["segments"][0]["option"]
            alike.setdefault(key, []).append(f"{words} ({today})")
    rows += [
        (", ".join(names), "", "in brackets", f"`{option}`", state, "-") for (state, option), names in alike.items()
    ]
    volume = answer["break_even"]["requests_per_month"]
    draws = "; ".join(number(volume[name]) for name in ("p10", "p50", "p90"))
    rows.append(("requests per month, over the draws", "requests/month", "-", "-", "-",
                 f"{draws} (10th, 50th, 90th percentile); never in {chance(volume['share_never'])} of draws"))  # fmt: skip
    return table(
        ("input", "unit", "today", "the best option", "state", "fine-tune and prompt are worth the same at"), rows
    )


def _most(answer: Answer) -> str:
    """Return the inputs that decide most between the best fine-tune and the best prompt, and what knowing each is worth."""
    known = {item["input"]: item["value"] for item in answer["value_of_information"]["evppi"]}
    assumed = {
        a["share_of_variance"]: f"`{a['id']}` ({a['kind']})" for a in answer["assumptions"] if a["share_of_variance"]
    }
    most = sorted(answer["sensitivity"], key=lambda item: -item["share_of_variance"])[:DECIDING]
    rows = [(in_words(item["input"]), assumed.get(item["share_of_variance"], "request or evidence"),
             percent(item["share_of_variance"]), number(item["mean_npv_in_lowest_tenth"]),
             number(item["mean_npv_in_highest_tenth"]), number(known.get(item["input"])))
            for item in most]  # fmt: skip
    head = ("input", "rests on", "share of the variance", "mean in its lowest tenth", "in its highest tenth",
            "worth of knowing it")  # fmt: skip
    return table(head, rows)


def studies(answer: Answer) -> str:
    """Return what knowing everything and each group is worth, and each study with its value and its cost."""
    found, money = answer["value_of_information"], answer["currency"]
    groups = [("everything (EVPI)", number(found["evpi"]))]
    groups += [(each["group"].replace("_", " "), number(each["value"])) for each in found["groups"] if each["value"]]
    rows = []
    for each in found["studies"]:
        size = f", {number(each['size'])} examples" if each["size"] else ""
        gain = each["chance_gain"]
        rows.append((f"{each['study'].replace('_', ' ')} of `{each['option']}`{size}", number(each["graded"]),
                     number(each["value"]), "-" if gain is None else percent(gain), number(each["cost"]),
                     number(each["net_value"])))  # fmt: skip
    head = ("one thing found out first", "answers graded", f"what it tells is worth, {money}", "gain in chance",
            "costs, waiting included", "net")  # fmt: skip
    return table(("known for certain before choosing", f"worth, {money}"), groups) + "\n\n" + table(head, rows)


def deciding(answer: Answer) -> str:
    """Return what decides, and what finding out is worth."""
    return f"{_most(answer)}\n\n{studies(answer)}"


def _outcome(words: str, answer: Answer) -> tuple[str, ...]:
    said, tuned, by_id = answer["verdict"], best_fine_tune(answer), {o["id"]: o for o in answer["options"]}
    three = by_id["keep"], by_id["improve"], tuned
    asked = ", ".join("-" if o is None else chance(o["chance_meets_bar"]) for o in three)
    worth, offer = (number(tuned["npv"]["mean"]), f"`{tuned['offer']}`") if tuned else ("-", "-")
    return (words, action(said), f"`{said['option']}`", number(by_id["improve"]["npv"]["mean"]), worth, asked, offer,
            number(answer["plan"]["value"]))  # fmt: skip


def changes(name: str, request: dict[str, Any], answer: Answer, ask: Callable[[dict[str, Any]], Answer]) -> str:
    """Return the table of what would change the answer: the same request with one value put in."""
    rows = [_outcome("nothing changed", answer)]
    rows += [_outcome(words, ask(changed(request, pointer, value))) for words, pointer, value in CHANGES[name]]
    head = ("changed", "action", "best option today", "E[NPV] of improving", "E[NPV] of the best fine-tune",
            "meet the bar: prompt, improved, fine-tune", "offer", "value of the plan")  # fmt: skip
    return table(head, rows)


USED = {
    "confidence": "an option is *likely* to meet the bar from this chance on",
    "plausible_probability": "it is *plausible* from this chance on",
    "tolerated_loss": "accuracy that may be lost unasked, where neither a requirement nor a price is stated",
    "article_enough_trials": "graded answers from which on the prompt counts as tried",
    "article_enough_examples": "labelled examples from which on a fine-tune may be committed to without a pilot",
    "thrift_value_share": "plans this close in value, as a share of what is at stake, count as alike",
    "thrift_chance": "and this close in chance",
    "meeting_value_per_request": "what meeting the bar is taken to be worth a request, at least, USD",
    "meeting_value_multiple": "and at least so many times today's token cost of a request",
    "question_probability": "chance to change the advice from which on a question comes first",
}


def used(answer: Answer) -> str:
    """Return the numbers by which an answer turns draws into advice, as the catalogue has them."""
    found = {each["id"]: each for each in answer["assumptions"]}
    rows = [
        (f"`{id}`", number(found[id]["value"]), found[id]["kind"], words) for id, words in USED.items() if id in found
    ]
    return table(("assumption", "value", "rests on", "what it says"), rows)
