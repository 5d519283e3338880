"""The painting surface: view, overlay and tools."""
