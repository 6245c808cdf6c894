"""The doctor's report: as text, as HTML in a notebook, and as data."""

import html
from dataclasses import asdict, dataclass

from gan_edu.doctor.findings import Finding

ALWAYS_UNTESTED = (
    "whether the data are those that are meant, and whether test data are kept apart",
    "whether training goes well in the long run",
)


@dataclass(frozen=True)
class Report:
    """What was found, and what was looked at.

    Args:
        findings: the first cause first; empty if nothing was found.
        tested: what was tested, in words.
        not_tested: what was not, and why.
    """

    findings: tuple[Finding, ...]
    tested: tuple[str, ...]
    not_tested: tuple[str, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """The identifiers of the causes, in order."""
        return tuple(finding.cause for finding in self.findings)

    def data(self) -> list[dict[str, object]]:
        """The findings as dictionaries."""
        return [asdict(finding) for finding in self.findings]

    def __str__(self) -> str:
        parts = [_as_text(number, finding) for number, finding in enumerate(self.findings, 1)]
        looked = [f"Tested: {'; '.join(self.tested)}.", f"Not tested: {'; '.join(self.not_tested)}."]
        return "\n".join([*(parts or ["Nothing found.\n"]), *looked])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        parts = "".join(f"<li>{_as_html(finding)}</li>" for finding in self.findings)
        head = f"<ol>{parts}</ol>" if parts else "<p><b>Nothing found.</b></p>"
        looked = [("Tested", self.tested), ("Not tested", self.not_tested)]
        listed = "".join(
            f"<p><small><b>{name}:</b> {html.escape('; '.join(what))}.</small></p>" for name, what in looked
        )
        return f"<div>{head}{listed}</div>"


def _as_text(number: int, finding: Finding) -> str:
    lines = finding.seen.rstrip().splitlines()
    place = f"   at {finding.place}" if finding.place else ""
    return "\n".join(
        [
            f"{number}. {finding.cause}{place}   ({100 * finding.sureness:.0f} % sure)",
            *(f"   {'seen:   ' if index == 0 else '        '}{line}" for index, line in enumerate(lines)),
            f"   means:  {finding.meaning}",
            f"   repair: {finding.repair}",
            f"   read:   notebook {finding.notebook}\n",
        ]
    )


def _as_html(finding: Finding) -> str:
    place = f" at <code>{html.escape(finding.place)}</code>" if finding.place else ""
    seen = html.escape(finding.seen).replace("\n", "<br>")
    return (
        f"<b>{finding.cause}</b>{place} ({100 * finding.sureness:.0f} % sure)<br>{seen}<br>"
        f"{html.escape(finding.meaning)}<br><code>{html.escape(finding.repair)}</code><br>"
        f"<small>notebook {html.escape(finding.notebook)}</small>"
    )
