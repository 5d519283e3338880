"""One file per tool. Tools know the document and plain settings, never a widget."""
