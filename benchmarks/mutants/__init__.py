"""Mutation testing: small faults are put into the code one at a time, and the tests that cover the place must fail.

`python -m benchmarks.mutants connectors --sample 120`; see docs/mutants.md. The faults are those of mutmut's operators;
mutmut's own runner is not used, because it mutates function bodies without a decorator only: no constants, defaults,
properties or SQL. Needs the extra `mutation`.
"""
