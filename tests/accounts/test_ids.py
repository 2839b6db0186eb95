"""Ids of rows: RFC 9562 §5.7."""

import time

from accounts.ids import new_id


def test_ids_are_version_7_uuids_that_begin_with_the_time_and_never_repeat():
    before = time.time_ns() // 1_000_000
    ids = [new_id() for _ in range(2_000)]
    after = time.time_ns() // 1_000_000
    assert {(found.version, found.variant) for found in ids} == {(7, "specified in RFC 4122")}
    assert all(before <= found.int >> 80 <= after for found in ids)
    assert len(set(ids)) == len(ids)
