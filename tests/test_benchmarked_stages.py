"""The stages that `make bench` runs, compared with those of dvc.yaml."""

from pathlib import Path

from benchmarks.growth_worker import ARM_STAGES, COMMON_STAGES, UNAFFECTED
from benchmarks.pipeline_time import PARTS

import yaml

STAGES = set(yaml.safe_load((Path(__file__).parents[1] / "dvc.yaml").read_text(encoding="utf-8"))["stages"])


def test_every_stage_belongs_to_a_part_of_the_pipeline():
    assert set(PARTS) == STAGES


def test_the_growth_of_the_work_runs_all_stages_that_analyze_reads():
    assert {"locate", "fetch", "rounds", "learn", *ARM_STAGES, *COMMON_STAGES} == STAGES - {"report"}  # the first four run once
    assert {stage for unaffected in UNAFFECTED.values() for stage in unaffected} < STAGES
