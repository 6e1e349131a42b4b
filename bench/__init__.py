"""The benchmark of docs/performance.md: tools that anyone can run, not tests.

`make bench` prints all figures; `python -m bench survey` one part of them. Everything stays on loopback, in
temporary folders and databases of its own.
"""
