"""Measures what docs/benchmarks/ states: `make bench`. It belongs to no test run."""
