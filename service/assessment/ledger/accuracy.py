"""Chapter of the ledger: how often an option is right on the day it starts, by how it comes to its accuracy."""

from __future__ import annotations

from models import accuracy, arithmetic, learning, mixture, prompting
from service.assessment.ledger.line import TUNES, Chapter, Formula, Line, Own, each
from service.assessment.ledger.volume import Volume


class Accuracy(Chapter):
    """From graded answers, from what a better prompt gains, from a change of base model, from labelled examples."""

    # fmt: off
    prompted_accuracy = Line(
        "share", "Share of answers the prompt gets right as it is, from its graded trials.",
        field="/prompting/measured_accuracy", column=5,
    )
    observed_accuracy = Line(
        "share", "The same, no higher than can be observed when some labels are themselves wrong.", accuracy.at_most,
        reads=(prompted_accuracy, Volume.accuracy_ceiling),
    )
    technique_gain = Line(
        "log-odds",
        "What the techniques that a better prompt will try typically gain together on one that is right half the time.",
        origin="fitted", field="/prompting/techniques_tried",
    )
    technique_below = Line(
        "log-odds", "How far the gain of these techniques falls short of that.", origin="fitted",
        field="/prompting/techniques_tried",
    )
    technique_above = Line(
        "log-odds", "How far it exceeds that.", origin="fitted", field="/prompting/techniques_tried",
    )
    gain_fade = Line("ratio", "How fast gains fade with the log-odds of the prompt.", origin="fitted")
    weakest_prompt = Line("share", "Below this accuracy of the prompt gains grow no further.", origin="fitted")
    strongest_prompt = Line("share", "Above this accuracy of the prompt gains fade no further.", origin="fitted")
    technique_deviate = Line(
        "deviate", "Where in the range of gains a draw falls, on a scale with heavy tails.", column=48,
    )
    residual_mean = Line(
        "log-odds", "Mean of what further work on a prompt leaves when everything named was tried.", origin="fitted",
        field="/prompting/improvement_techniques",
    )
    residual_sd = Line(
        "log-odds", "How far the gain of further work strays.", origin="fitted",
        field="/prompting/improvement_techniques",
    )
    residual_deviate = Line("deviate", "Where in the range of further gains a draw falls.", column=28)
    change_intercept = Line("log-odds", "Level of another base model for a prompt that is right half the time.",
                            origin="fitted")
    change_slope = Line("ratio", "How much of the prompt's log-odds carries over to another base model.", origin="fitted")
    change_bend = Line("ratio", "How much more of them does where the prompt is good.", origin="fitted")
    change_bend_from = Line("share", "Accuracy of the prompt from which it does.", origin="fitted")
    change_gap_below = Line(
        "10 points", "Gap in capability between the two base models, its part below the pivot.", origin="fitted",
    )
    change_gap_above = Line("10 points", "The same, its part above the pivot.", origin="fitted")
    change_weight_below = Line("log-odds/10 points", "What ten points of it are worth below the pivot.", origin="fitted")
    change_weight_above = Line("log-odds/10 points", "The same above the pivot.", origin="fitted")
    change_sd = Line("log-odds", "How far another base model strays from what its capability says.", origin="fitted")
    change_deviate = Line("deviate", "Where in that range a draw falls.", column={"other_prompt": Own(1)})
    broken_share = Line("share", "Chance that the prompt's format does not work on another base model.", origin="fitted")
    broken_coin = Line("deviate", "Whether it does not, as a uniform number.", column={"other_prompt": Own(2)})
    broken_factor = Line(
        "share", "What is left of the accuracy where it does not, as a uniform number.", column={"other_prompt": Own(3)},
    )
    prior_intercept = Line(
        "log-odds",
        "Fitted level of a fine-tune whose prompt is right half the time; carries task kind and base model.",
        origin="fitted",
    )
    prior_weight = Line("ratio", "How much of the prompt's log-odds carries over to the fine-tune.", origin="fitted")
    prior_working_prompt = Line(
        "share", "Prompts below this fail on the format; the prior reads them as this and widens.", origin="fitted",
    )
    prior_level_variance = Line("log-odds^2", "How far tasks stray from the fitted level.", origin="fitted")
    prior_slope_mean = Line("log-odds/decade", "Usual gain from ten times the examples.", origin="fitted")
    prior_slope_variance = Line(
        "(log-odds/decade)^2", "How far tasks stray from the usual gain from more examples.", origin="fitted",
    )
    saturation_examples = Line(
        "examples", "Examples at which another one teaches half of what the first ones did.", origin="fitted",
    )
    seed_variance = Line(
        "log-odds^2", "How far two training runs on the same examples stray from each other.", origin="fitted",
    )
    bend_variance = Line(
        "log-odds^2/decade^2",
        "How far real learning curves bend away from a straight line; makes small pilots count less for large sizes.",
        origin="fitted",
    )
    pilots = Line(
        "table", "Trial fine-tunes already graded: examples, right answers and graded answers of each.",
        field="/fine_tuning/pilots",
    )
    planned_examples = Line(
        "examples", "Labelled examples the fine-tune will be trained on.", field="/fine_tuning/target_examples",
        parts=("options.accuracy.planned_examples",),
    )
    accuracy_deviate = Line(
        "deviate", "Where in the range of possible accuracies a draw falls, as a standard normal number.", column=4,
    )
    no_change_weight = Line(
        "share", "Chance that a fine-tune on a prompt that is already good changes nothing.", origin="fitted",
    )
    no_change_coin = Line("deviate", "Whether it changes nothing, as a uniform number.", column=63)
    teacher_gap = Line(
        "share", "Accuracy that a fine-tune loses when a teacher model labels in place of people; 0 where people do.",
        field="/fine_tuning/label_source", column=62, family="rate",
    )
    teacher_accuracy = Line(
        "share", "Accuracy of the teacher, which its student does not exceed; 1 where it is not known or people label.",
        field="/fine_tuning/teacher/accuracy",
    )
    gain = Line(
        "log-odds", "What a round of work on the prompt gains, before a worse prompt is dropped.", prompting.gain,
        reads=(prompted_accuracy, gain_fade, weakest_prompt, strongest_prompt, technique_gain, technique_below,
               technique_above, technique_deviate, residual_mean, residual_sd, residual_deviate),
    )
    is_better = Line(
        "flag", "1 where the better prompt is kept, with the tokens that it costs; 0 where the old one stays.",
        arithmetic.is_positive, reads=(gain,),
    )
    level_mean = Line(
        "log-odds", "Expected level of the fine-tune at 1,000 examples before any pilot, from published results.",
        learning.prior_level, reads=(prompted_accuracy, prior_intercept, prior_weight, prior_working_prompt),
    )
    pilots_on_line = Line(
        "table", "The same pilots at the examples at which a straight line stands where the saturating curve stands.",
        learning.pilots_on_line, reads=(pilots, saturation_examples),
    )
    examples_on_line = Line(
        "examples", "Examples at which a straight line stands where the saturating curve stands at the planned ones.",
        learning.examples_on_line, reads=(planned_examples, saturation_examples),
    )
    share_unchanged = Line(
        "share", "Chance that the fine-tune changes nothing, its pilots known.", mixture.share_unchanged,
        reads=(no_change_weight, prompted_accuracy, level_mean, prior_level_variance, prior_slope_mean,
               prior_slope_variance, pilots_on_line, seed_variance, bend_variance),
    )
    log_odds_mean = Line(
        "log-odds",
        "Best estimate of the fine-tune's accuracy at the planned examples, pilots included, as log-odds.",
        learning.predictive_mean,
        reads=(level_mean, prior_level_variance, prior_slope_mean, prior_slope_variance, pilots_on_line,
               seed_variance, bend_variance, examples_on_line),
    )
    log_odds_variance = Line(
        "log-odds^2",
        "How far off the best estimate of the fine-tune's accuracy may be; every pilot brings it down.",
        learning.predictive_variance,
        reads=(level_mean, prior_level_variance, prior_slope_mean, prior_slope_variance, pilots_on_line,
               seed_variance, bend_variance, examples_on_line),
    )
    accuracy_at_start = Line(
        "share", "Accuracy on the task on the day the option starts.", accuracy.at_most,
        reads=(prompted_accuracy, Volume.accuracy_ceiling),
        by_kind={
            "improve": Formula(prompting.improved_accuracy, (prompted_accuracy, gain, Volume.accuracy_ceiling)),
            "other_prompt": Formula(
                accuracy.changed_accuracy,
                (prompted_accuracy, change_intercept, change_slope, change_bend, change_bend_from, change_gap_below, change_gap_above,
                 change_weight_below, change_weight_above, change_sd, change_deviate, broken_coin, broken_share,
                 broken_factor, Volume.accuracy_ceiling),
            ),
            **each(
                TUNES, accuracy.fine_tuned_accuracy, log_odds_mean, log_odds_variance, accuracy_deviate, prompted_accuracy,
                share_unchanged, no_change_coin, teacher_gap, teacher_accuracy, Volume.accuracy_ceiling,
            ),
        },
        column={"other_prompt": Own(1), "in_service": Own(7)}, field={
            "keep": "/prompting/measured_accuracy", "other_prompt": "/prompting/alternatives",
            "in_service": "/fine_tuning/pilots",
        },
        is_drawn=True, is_read=True, parts=("options.accuracy.at_start_base_case",),
    )
