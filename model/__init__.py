"""Everything that computes: labels, networks, checkpoints, engine, training. No Qt anywhere below this package."""
