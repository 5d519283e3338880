"""The one exception that stands for a mistake its user can mend, and the words it is told in.

Sentences are kept apart from what is filled in, so that a window can say them in another language.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the user gave cannot be used.

    The message is one sentence that names the file (or option) and the fault. The command line prints it on stderr and
    exits with code 2; the window shows it in its message bar, translated. Anything else that is raised is a bug.

    Attributes:
        sentence: a template of `str.format`, or the finished sentence where there are no fields.
        fields: what the places of the template hold; a UserError or a Phrase among them has words of its own.
    """

    def __init__(self, sentence: str, /, **fields: object) -> None:
        self.sentence, self.fields = sentence, fields
        super().__init__(sentence.format(**fields) if fields else sentence)


class Phrase(str):
    """Words within a sentence that can be said in another language by themselves: "permission denied", "nobody".

    Attributes:
        sentence, fields: as those of UserError.
    """

    sentence: str
    fields: dict[str, object]

    def __new__(cls, sentence: str, /, **fields: object) -> Phrase:
        phrase = super().__new__(cls, sentence.format(**fields) if fields else sentence)
        phrase.sentence, phrase.fields = sentence, fields
        return phrase
