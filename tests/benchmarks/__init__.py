"""The harness of the benchmarks: what it writes, judges and fills; never how long anything takes."""
