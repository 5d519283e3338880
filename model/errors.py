"""The one exception that stands for a mistake its user can mend."""

from __future__ import annotations


class UserError(Exception):
    """Something the user gave cannot be used.

    The message is one sentence that names the file (or option) and the fault. The command line prints it on stderr and
    exits with code 2; the window shows it in its message bar. Anything else that is raised is a bug.
    """
