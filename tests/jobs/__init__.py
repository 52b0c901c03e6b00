"""Running jobs: outcomes, outside effects, schedules, the worker."""
