"""Which recurra this is: what a model folder says it was written by. A release begins here (docs/releasing.md)."""

VERSION = "0.1.0"
