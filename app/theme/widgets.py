"""What a view can say about its list and its record page, beyond Flask-AppBuilder's attributes.

A view declares these as attributes or methods; the templates read them with sensible defaults, so a plain
``ModelView`` looks right too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Label = Any  # a str or a lazily translated text
Choices = Sequence["Choice"] | Callable[[], Iterable["Choice"]]


@dataclass(frozen=True)
class Choice:
    """One value of a quick filter."""

    value: str
    label: Label


@dataclass(frozen=True)
class QuickFilter:
    """A filter that stands above the list.

    ``choice`` and ``bool`` offer values, ``date`` a first and a last day, ``remote`` the rows of
    ``GET /lookup/<lookup>``, ``text`` a text. The values travel as FAB's ``_flt_<op>_<name>``.
    """

    name: str
    label: Label
    kind: Literal["choice", "bool", "date", "remote", "text"] = "choice"
    choices: Choices = ()
    lookup: str = ""
    op: int = 0
    # Numbers of the operators "not before" and "not after" among the column's filters.
    op_from: int = 1
    op_to: int = 2
    # Shows the chosen row of a remote filter in words.
    text_of: Callable[[str], str] | None = None

    def all_choices(self) -> list[Choice]:
        """The values on offer, asked for when the list is shown."""
        return list(self.choices() if callable(self.choices) else self.choices)


@dataclass(frozen=True)
class SavedView:
    """A tab above the list; ``query`` is what follows the ``?`` of its address."""

    label: Label
    url: str
    active: bool = False
    count: int | str | None = None
    tone: str = ""
    shared: bool = False
    id: int | None = None  # of a view that somebody has saved


@dataclass(frozen=True)
class MoveButton:
    """Something that can be done with a record or with selected rows.

    ``needs_form``: ``url`` answers GET with a form for a dialog. Otherwise the button posts to ``url``.
    """

    name: str
    label: Label
    url: str
    style: Literal["primary", "", "danger"] = ""
    icon: str = ""
    needs_form: bool = False
    confirm: Label = ""


@dataclass(frozen=True)
class Tab:
    """A list of related records that is loaded from ``url`` when it is opened."""

    name: str
    label: Label
    url: str
    count: int | str | None = None


@dataclass(frozen=True)
class Fact:
    """One line of a facts card; ``show_url`` reveals a masked value by POST, as a link of ``scheme`` (tel, mailto).

    ``copy``: what a button beside it puts on the clipboard.
    """

    label: Label
    value: Any
    show_url: str = ""
    edit_url: str = ""
    scheme: str = ""
    copy: str = ""


@dataclass(frozen=True)
class Kpi:
    """One figure of a strip; ``note`` stands beside it in small grey letters, ``private`` ones are not printed."""

    label: Label
    value: Any
    note: Any = ""
    url: str = ""
    tone: str = ""
    note_tone: str = ""
    private: bool = False


@dataclass(frozen=True)
class Place:
    """Where a record stands in the list it is read along; ``number`` is empty once it has left the list."""

    number: str
    count: str
    previous_url: str
    next_url: str
    list_url: str


@dataclass
class RecordHead:
    """The head of a record page."""

    title: str
    code: str = ""
    mark: str = ""
    badges: list[Any] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    owner: Any = None
    moves: list[MoveButton] = field(default_factory=list)
    kpis: list[Kpi] = field(default_factory=list)
    back_url: str = ""
    back_label: Label = ""
    edit_url: str = ""
    delete_url: str = ""
    place: Place | None = None
