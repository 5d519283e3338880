"""Immutable requests and results, and the background threads that turn one into the other. No QtWidgets in here."""
