"""The retention methods of this version, under their names in the RunSpec (``/retention/method``)."""

from collections.abc import Mapping
from types import MappingProxyType

from whetstone_worker.retention.mixture import ReplayMixture
from whetstone_worker.retention.port import Retention

# "none" means: no method besides the replay sets.
METHODS: Mapping[str, Retention] = MappingProxyType({"none": ReplayMixture()})
