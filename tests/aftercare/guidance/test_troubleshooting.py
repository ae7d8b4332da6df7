from __future__ import annotations

import pytest

from aftercare.guidance.troubleshooting import ManualPart, Remedy, read_remedies

STEPS = "1. Clean the filter.\n2. Start again.\n"


def part(markdown: str, heading: str = "It leaks", anchor: str = "trouble-leak") -> ManualPart:
    return ManualPart(anchor, heading, (), markdown)


def only(section: ManualPart) -> Remedy:
    (remedy,) = read_remedies([section])
    return remedy


@pytest.mark.parametrize(
    ("anchor", "heading", "path"),
    [
        ("trouble-leak", "It leaks", ()),
        ("error-e18", "E18", ()),
        ("s-7", "Error code E18: no water", ()),
        ("s-7", "Código de erro E18: sem água", ()),
        ("s-7", "It leaks", ("Troubleshooting",)),
        ("s-7", "Vaza", ("9", "Solução de problemas")),
    ],
)
def test_a_section_about_one_fault_is_a_remedy(
    anchor: str, heading: str, path: tuple[str, ...]
) -> None:
    remedy = only(ManualPart(anchor, heading, path, STEPS))
    assert (remedy.symptom, remedy.row, remedy.reserved) == (heading, "", False)
    assert "Clean the filter." in remedy.text


@pytest.mark.parametrize(
    ("heading", "markdown"),
    [
        ("Cleaning the filter", STEPS),
        ("Troubleshooting", "Read this chapter before you call."),
        ("Temperature", "| Display | Water |\n|---|---|\n| TEMP 1 | 70 °C |"),
    ],
)
def test_other_sections_hold_no_remedy(heading: str, markdown: str) -> None:
    assert read_remedies([ManualPart("s-1", heading, (), markdown)]) == []


@pytest.mark.parametrize(
    ("head", "technician"),
    [
        ("Problem | Cause | Remedy", "contact an authorised service centre"),
        ("Sintoma | Causa | Solução", "chame a assistência técnica"),
    ],
)
def test_each_row_of_a_table_of_faults_is_a_remedy(head: str, technician: str) -> None:
    rows = ("| No light | plug | push it in |", f"| Hum | motor | {technician} |")
    table = "\n".join((f"| {head} |", "|---|---|---|", *rows))
    light, hum = read_remedies([ManualPart("s-9", "Problems", (), table)])
    assert (light.symptom, light.row) == ("No light", "No light · plug · push it in")
    assert (light.reserved, hum.reserved) == (False, True)


def test_items_of_a_list_in_a_chapter_about_faults_name_the_fault_first() -> None:
    markdown = "- No light: push the plug in.\n- It hums – call the service centre."
    light, hum = read_remedies([ManualPart("s", "Troubleshooting", (), markdown)])
    assert (light.symptom, light.text, light.reserved) == (
        "No light",
        "push the plug in.",
        False,
    )
    assert hum.reserved


def test_a_row_beside_steps_points_to_the_whole_section() -> None:
    table = "| Sound | What to do |\n|---|---|\n| Rattle | press the panel |\n| Hum | technician |"
    whole, rattle, hum = read_remedies([part(f"{table}\n\n{STEPS}")])
    assert (whole.row, rattle.row, hum.row) == ("", "", "")
    assert (whole.reserved, rattle.reserved, hum.reserved) == (False, False, True)


@pytest.mark.parametrize(
    "markdown",
    [
        "1. Switch off.\n2. Call service for a certified technician.",
        "1. Desligue.\n2. Chame a assistência técnica.",
        "Only a qualified technician may do this.\n\n1. Switch off.\n2. Open the panel.",
        "> [!DANGER]\n> This is work for a technician.\n\n1. Open the panel.",
        "Contact customer service.",
    ],
)
def test_what_is_for_a_technician_is_reserved(markdown: str) -> None:
    assert only(part(markdown)).reserved


@pytest.mark.parametrize(
    "markdown",
    [
        f"{STEPS}\nCall service if it comes back.",
        f"{STEPS}\nOnly the technician may open the tray.",
        f"{STEPS}3. If it returns, call service: the sensor must be replaced by a technician.",
        f"Check this before you call service.\n\n{STEPS}",
        f"{STEPS}\n> [!DANGER]\n> Do not open the housing. Only a technician may work there.",
        f"{STEPS}\n> [!WARNING]\n> Se cheirar a queimado, chame um técnico.",
    ],
)
def test_what_a_technician_does_when_the_steps_fail_reserves_nothing(markdown: str) -> None:
    assert not only(part(markdown)).reserved


@pytest.mark.parametrize(
    ("markdown", "warns"),
    [
        (STEPS, False),
        (f"{STEPS}\n> [!NOTE]\n> This takes an hour.", False),
        (f"> [!CAUTION]\n> The tray is hot.\n\n{STEPS}", True),
        ("1. Open the lid.\n   > [!WARNING]\n   > It is hot.\n2. Close it.", True),
    ],
)
def test_a_note_is_no_warning(markdown: str, warns: bool) -> None:
    assert only(part(markdown)).warns is warns
