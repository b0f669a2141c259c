"""Chapter of the ledger: what it reads but does not compute; stated by the caller, or taken from the larder."""

from __future__ import annotations

from service.assessment.ledger.line import Chapter, Line


class Inputs(Chapter):
    """What the calculation starts from."""

    # fmt: off
    months = Line("months", "The months of the assessment, 1 to the horizon; month 0 is the day of the decision.")
    nothing = Line(
        "currency", "Nought, for a line that asks for a cost this option does not have.",
        parts=("costs.prompting.monthly.hosting", "costs.prompting.present_values.hosting",
               "costs.prompting.present_values.retraining", "costs.prompting.present_values.prompting_while_not_live",
               "costs.improved_prompt.monthly.hosting", "costs.improved_prompt.present_values.hosting",
               "costs.improved_prompt.present_values.retraining",
               "costs.improved_prompt.present_values.prompting_while_not_live",
               "costs.fine_tuning.present_values.migration"),
    )
    horizon_months = Line("months", "How far ahead costs are counted.", field="/volume/horizon_months")
    requests_per_month = Line("requests/month", "Volume of month 1.", field="/volume/requests_per_month", column=7)
    growth_per_month = Line(
        "per month", "Relative growth of the volume from one month to the next.", field="/volume/growth_per_month",
        column=8, family="rate",
    )
    peak_to_average = Line("ratio", "Busiest flow of requests over the mean flow.", field="/volume/peak_to_average")
    discount_rate = Line(
        "per year", "What money could earn elsewhere in a year, as a decimal; later money counts less by it.",
        field="/finance/discount_rate",
    )
    price_decline_per_year = Line(
        "per year", "Yearly fall expected of inference prices.", field="/finance/price_decline_per_year", column=29,
        family="rate",
    )
    error_cost = Line(
        "currency/error", "What one wrong answer costs the business; 0 when not valued.",
        field="/finance/error_cost", column=6,
    )
    batch_share = Line(
        "share", "Share of requests that can wait and are sent at batch prices.", field="/prompting/batch_share",
    )
    cache_time_to_live = Line("seconds", "How long the provider keeps a prompt-cache entry after its last use.")
    prompt_instruction_tokens = Line(
        "tokens", "System prompt and few-shot examples of one request: the prefix that can be cached.",
        field="/prompting/tokens/instruction", column=14,
    )
    prompt_payload_tokens = Line(
        "tokens", "What differs from request to request.", field="/prompting/tokens/payload", column=13,
    )
    prompt_output_tokens = Line(
        "tokens", "Answer of one request, hidden reasoning included.", field="/prompting/tokens/output", column=15,
    )
    prompt_tier_starts = Line(
        "tokens", "Input sizes above which the provider's next price tier holds for the whole request.",
    )
    prompt_tier_input_prices = Line(
        "currency/1M tokens", "Input price in each tier.", field="/prompting/prices/input_usd_per_mtok",
    )
    prompt_tier_output_prices = Line(
        "currency/1M tokens", "Output price in each tier.", field="/prompting/prices/output_usd_per_mtok",
    )
    prompt_tier_cache_read_prices = Line(
        "currency/1M tokens", "Cache-read price in each tier.", field="/prompting/prices/cache_read_usd_per_mtok",
    )
    prompt_tier_cache_write_prices = Line(
        "currency/1M tokens", "Cache-write price in each tier.", field="/prompting/prices/cache_write_usd_per_mtok",
    )
    prompt_cache_priced = Line(
        "flag", "1 where the provider publishes a cache-read price; without one nothing is cached.",
    )
    prompt_min_cacheable_tokens = Line("tokens", "Shortest prefix the provider caches for the prompted base model.")
    prompt_batch_discount = Line("share", "What the batch interface takes off the prompt's token prices.")
    prompt_invalid_output_rate = Line(
        "share", "Share of the prompt's outputs that cannot be used and are asked for once more.",
        field="/prompting/invalid_output_rate",
    )
    prompt_accuracy = Line(
        "share", "Share of answers the prompt gets right, from the graded trials.",
        field="/prompting/measured_accuracy", column=5, parts=("accuracy.prompting",),
    )
    prompt_build_cost = Line(
        "currency",
        "One-off cost of the prompt where it is still to be built; 0 once measured, for then it is sunk.",
        field="/prompting/build_cost", column=17,
        parts=("costs.prompting.one_off", "costs.prompting.present_values.one_off"),
    )
    prompt_maintenance_cost_per_month = Line(
        "currency/month", "People's time spent on keeping the prompt in order.",
        field="/prompting/maintenance_cost_per_month", column=11,
        parts=("costs.prompting.monthly.maintenance", "costs.improved_prompt.monthly.maintenance"),
    )
    prompt_shutdown_months = Line(
        "months", "Months until the prompted base model is shut down; infinite when no date is known.",
        field="/prompting/shutdown_date",
    )
    prompt_migration_cost = Line(
        "currency", "One-off cost of moving the prompt to another base model after a shutdown.",
        field="/prompting/shutdown_date", column=18,
    )
    improvement_cost = Line(
        "currency", "One-off cost of improving the prompt.", field="/prompting/improvement_cost", column=19,
    )
    improvement_weeks = Line(
        "weeks", "Weeks until the improved prompt serves.", field="/prompting/improvement_weeks", column=20,
    )
    prompt_gain_few_shot = Line(
        "log-odds", "Gain from adding few-shot examples; 0 once tried.", field="/prompting/techniques_tried",
        column=21, family="rate",
    )
    prompt_gain_better_examples = Line(
        "log-odds", "Gain from choosing the few-shot examples better; 0 once tried.",
        field="/prompting/techniques_tried", column=22, family="rate",
    )
    prompt_gain_chain_of_thought = Line(
        "log-odds", "Gain from letting the base model reason before it answers; 0 once tried.",
        field="/prompting/techniques_tried", column=23, family="rate",
    )
    prompt_gain_structured_output = Line(
        "log-odds", "Gain from holding the output to a schema; 0 once tried.", field="/prompting/techniques_tried",
        column=24, family="rate",
    )
    prompt_gain_output_parsing = Line(
        "log-odds", "Gain from parsing and repairing outputs; 0 once tried.", field="/prompting/techniques_tried",
        column=25, family="rate",
    )
    prompt_gain_input_preprocessing = Line(
        "log-odds", "Gain from cleaning inputs before they are sent; 0 once tried.",
        field="/prompting/techniques_tried", column=26, family="rate",
    )
    prompt_gain_prompt_optimiser = Line(
        "log-odds", "Gain from an automatic prompt optimiser; 0 once tried.", field="/prompting/techniques_tried",
        column=27, family="rate",
    )
    prompt_gain_residual = Line(
        "log-odds", "Gain that further work on a prompt still leaves when everything named was tried.",
        field="/prompting/techniques_tried", column=28, family="rate",
    )
    tuned_instruction_share = Line(
        "share", "Part of the prompt's instruction tokens still needed after fine-tuning.",
        field="/fine_tuning/tokens/instruction", column=31, family="share",
    )
    tuned_input_price = Line(
        "currency/1M tokens", "Input price of the fine-tune.", field="/fine_tuning/offer/prices/input_usd_per_mtok",
    )
    tuned_output_price = Line(
        "currency/1M tokens", "Output price of the fine-tune.",
        field="/fine_tuning/offer/prices/output_usd_per_mtok",
    )
    tuned_cache_read_price = Line(
        "currency/1M tokens", "Cache-read price of the fine-tune.",
        field="/fine_tuning/offer/prices/cache_read_usd_per_mtok",
    )
    tuned_cache_write_price = Line(
        "currency/1M tokens", "Cache-write price of the fine-tune.",
        field="/fine_tuning/offer/prices/cache_write_usd_per_mtok",
    )
    tuned_cache_priced = Line("flag", "1 where the offer publishes a cache-read price; without one nothing is cached.")
    tuned_min_cacheable_tokens = Line("tokens", "Shortest prefix the provider caches for the fine-tune.")
    tuned_batch_discount = Line("share", "What the batch interface takes off the fine-tune's token prices.")
    tuned_invalid_output_rate = Line(
        "share", "Share of the fine-tune's outputs that cannot be used and are asked for once more.",
        field="/fine_tuning/invalid_output_rate",
    )
    lead_time_weeks = Line(
        "weeks", "Weeks from the decision until the fine-tune serves.", field="/fine_tuning/lead_time_weeks",
        column=2,
    )
    tuned_shutdown_months = Line(
        "months", "Months until the provider shuts the fine-tune's base model down; infinite when no date is known.",
        field="/fine_tuning/offer/shutdown_date",
    )
    last_training_months = Line(
        "months",
        "Months until the provider stops training the fine-tune's base model; infinite when no date is known.",
        field="/fine_tuning/offer/last_training_date",
    )
    migrates = Line(
        "flag", "1 when a successor is trained at the shutdown, 0 when the prompt takes over again.",
        field="/fine_tuning/on_shutdown",
    )
    retraining_interval_months = Line(
        "months", "Months from one training to the next.", field="/fine_tuning/retraining/interval_months", column=9,
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
    )
    accuracy_deviate = Line(
        "deviate", "Where in the range of possible accuracies a draw falls, as a standard normal number.", column=4,
    )
    accuracy_ceiling = Line(
        "share", "Highest accuracy that can be observed when some labels are themselves wrong.",
        field="/fine_tuning/label_noise",
    )
    knowledge_half_life_months = Line(
        "months", "Months in which half of what the task needs to know goes out of date; infinite when it keeps.",
        field="/task/knowledge_half_life_months", column=0,
    )
    off_task_share = Line(
        "share", "Share of requests that lie outside the narrow task.", field="/fine_tuning/off_task_share",
    )
    forgetting_drop = Line(
        "share", "Accuracy lost on requests outside the narrow task.", field="/fine_tuning/forgetting_drop",
        column=47, family="share",
    )
    build_engineering_hours = Line(
        "hours", "Engineers' hours for the first fine-tune.", field="/fine_tuning/build_plan/engineering_hours",
        column=10,
    )
    build_hourly_rate = Line(
        "currency/hour", "Loaded price of an engineer's hour in the first build.",
        field="/fine_tuning/build_plan/hourly_rate", column=36,
    )
    build_examples_to_label = Line(
        "examples", "Examples that still have to be labelled for the first build.",
        field="/fine_tuning/build_plan/examples_to_label", column=37,
    )
    build_cost_per_example = Line(
        "currency/example", "Price of one label in the first build.",
        field="/fine_tuning/build_plan/cost_per_example", column=38,
    )
    build_epochs = Line(
        "epochs", "Passes over the training set in one run of the first build.",
        field="/fine_tuning/build_plan/epochs", column=39,
    )
    build_training_runs = Line(
        "runs", "Training runs until one is good enough to keep.", field="/fine_tuning/build_plan/training_runs",
        column=40,
    )
    retraining_engineering_hours = Line(
        "hours", "Engineers' hours for one retraining.", field="/fine_tuning/retraining/plan/engineering_hours",
        column=41,
    )
    retraining_hourly_rate = Line(
        "currency/hour", "Loaded price of an engineer's hour in a retraining.",
        field="/fine_tuning/retraining/plan/hourly_rate", column=42,
    )
    retraining_examples_to_label = Line(
        "examples", "Examples labelled anew for one retraining.",
        field="/fine_tuning/retraining/plan/examples_to_label", column=43,
    )
    retraining_cost_per_example = Line(
        "currency/example", "Price of one label in a retraining.",
        field="/fine_tuning/retraining/plan/cost_per_example", column=44,
    )
    retraining_epochs = Line(
        "epochs", "Passes over the training set in one run of a retraining.",
        field="/fine_tuning/retraining/plan/epochs", column=45,
    )
    retraining_training_runs = Line(
        "runs", "Training runs of one retraining.", field="/fine_tuning/retraining/plan/training_runs", column=46,
    )
    training_price = Line(
        "currency/1M tokens", "Price of training tokens: tokens of the set times epochs.",
        field="/fine_tuning/offer/training_usd_per_mtok",
    )
    minimum_charge = Line(
        "currency", "Least a provider charges for a training job, however small.",
        field="/fine_tuning/offer/minimum_charge_usd",
    )
    hosting_fee_per_hour = Line(
        "currency/hour", "Hourly fee for keeping one replica of the fine-tune ready.",
        field="/fine_tuning/offer/hosting_usd_per_hour",
    )
    storage_cost_per_month = Line(
        "currency/month", "Monthly fee for keeping the fine-tuned weights.",
        field="/fine_tuning/offer/storage_usd_per_month",
    )
    replica_requests_per_second = Line(
        "requests/second", "Flow one dedicated replica can serve; infinite for a hosted adapter.",
        field="/fine_tuning/offer/requests_per_second_per_replica",
    )
    minimum_replicas = Line(
        "replicas", "Fewest replicas kept whatever the volume.", field="/fine_tuning/offer/minimum_replicas",
    )
    monitoring_cost_per_month = Line(
        "currency/month", "People's time and tools for watching the fine-tune.",
        field="/fine_tuning/monitoring_cost_per_month", column=12, parts=("costs.fine_tuning.monthly.maintenance",),
    )
    ttft_base = Line("seconds", "Time to the first token when almost nothing is sent.")
    ttft_per_input_token = Line("seconds/token", "Time added by reading one uncached input token.")
    ttft_cached_token_share = Line("share", "Time a cached token takes over that of an uncached one.")
    output_tokens_per_second = Line("tokens/second", "Speed at which the base model writes.")
    adapter_ttft_factor = Line("ratio", "How much later the first token comes when an adapter is served.")
    tuned_output_tokens_per_second = Line("tokens/second", "Speed at which the fine-tune writes.")
    base_ttft_factor = Line("ratio", "1: without an adapter nothing is slowed.")
    latency_sigma = Line("ratio", "How far single requests stray from the typical latency, on the log scale.")
    measured_p50 = Line("seconds", "Typical latency of the prompt as measured.", field="/prompting/measured_latency")
    is_same_base = Line("flag", "1 where the fine-tune starts from the base model that is prompted.")
