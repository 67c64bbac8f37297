"""The ways messages go: a command, a signed webhook. Knows neither the databases nor Amazon."""
