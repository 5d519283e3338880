"""Evaluation: what a bundle is worth in figures, and a page of its pictures (needs the ``train`` extra)."""
