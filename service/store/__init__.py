"""What outlives a request: answers that are kept for a while, and how much of its limit a caller has used.

One port, `Store`, and two stores: `Embedded` in the memory of this process (embedded.py), and `Shared` (shared.py) between
processes through Redis, with an embedded one before it that takes over while Redis is away. Nothing that is kept here is
needed to answer: a store that loses everything costs time, never an answer.
"""

from __future__ import annotations

from service.store.embedded import Embedded
from service.store.port import Quota, Store
from service.store.shared import Shared

__all__ = ["Embedded", "Quota", "Shared", "Store"]
