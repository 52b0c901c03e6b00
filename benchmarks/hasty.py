"""The product with threads that take turns far more often than they do by themselves, so that races happen."""

import sys

import run

sys.setswitchinterval(1e-5)
app = run.app
