"""Dagster: assets, checks, jobs, schedules, sensors, partitions, resources. Composition and metadata only."""
