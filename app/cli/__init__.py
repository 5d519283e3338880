"""The command line: one file per group of commands. Nothing here imports Qt, and torch only inside a command."""
