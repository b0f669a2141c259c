"""One answer in other forms: a table of the monthly cash flow, a workbook, a memo. They read nouns and compute nothing.

Every rendering is made of the request, whose words it shows, and of the whole answer to it: `whole` asks for that.
"""

from __future__ import annotations

import typing

from msgspec import structs

from service.nouns.request.assessment import AssessmentRequest, Heavy


def whole(asked: AssessmentRequest) -> AssessmentRequest:
    """Return a request that asks for every part of its answer."""
    return structs.replace(asked, include=list(typing.get_args(Heavy)))
