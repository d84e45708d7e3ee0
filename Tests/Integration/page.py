"""A metrics page, read with prometheus_client's text parser, and looked up by name and labels."""

from prometheus_client.parser import text_string_to_metric_families


class Page:
    def __init__(self, text: str) -> None:
        self.text = text
        self.families = list(text_string_to_metric_families(text))
        self._samples: dict[str, list[tuple[dict[str, str], float]]] = {}
        for family in self.families:
            for sample in family.samples:
                self._samples.setdefault(sample.name, []).append((sample.labels, sample.value))

    def names(self) -> set[str]:
        return set(self._samples)

    def matching(self, name: str, /, **labels: str) -> list[tuple[dict[str, str], float]]:
        return [
            (found, value) for found, value in self._samples.get(name, [])
            if all(found.get(key) == wanted for key, wanted in labels.items())
        ]

    def value(self, name: str, /, **labels: str) -> float | None:
        """The one sample of that name which has these labels (and maybe more); None when there is none."""
        found = self.matching(name, **labels)
        assert len(found) <= 1, f"{name}{labels} is ambiguous: {found}"
        return found[0][1] if found else None

    def sum(self, name: str, /, **labels: str) -> float:
        return sum(value for _, value in self.matching(name, **labels))

    def malformed(self) -> dict[str, float]:
        """Refused lines by reason."""
        return {labels["reason"]: value for labels, value in self.matching("latencyd_push_malformed_total")}

    def dropped(self) -> dict[str, float]:
        """Lines that were sound but not taken, by reason."""
        return {labels["reason"]: value for labels, value in self.matching("latencyd_push_dropped_total")}
