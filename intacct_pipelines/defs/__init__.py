"""Dagster: assets, checks, jobs, schedules, sensors, partitions, resources. Composition and metadata only."""

import warnings

import dagster as dg

# Partitioned asset checks and backfill policies are marked beta in the pinned release; they are used on purpose.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
