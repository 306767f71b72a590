from local.parity import page
from local.parity.control import ENFORCED, ONLY_ON_AWS, Finding, Subject, different
from local.parity.probes import SUBJECTS
from local.parity.workbench import Workbench


def nothing(_: Workbench) -> Finding:
    return ENFORCED


def test_page_has_a_row_for_each_control_and_counts_them() -> None:
    subject = Subject("Doors")
    for name in ("Locks", "Bells", "Lights"):
        subject.control(name, probed=f"tried {name}", on_aws="works")(nothing)
    locks, bells, lights = subject.controls
    findings = {locks: ENFORCED, bells: ONLY_ON_AWS, lights: different("dimmer")}
    lines = page.written([subject], findings).splitlines()
    assert "| Locks | **enforced here** | tried Locks | works |" in lines
    assert "| Bells | **only on AWS** | tried Bells | works |" in lines
    assert "| Lights | **different**: dimmer | tried Lights | works |" in lines
    assert "| all | 3 |" in lines


def test_each_control_is_named_once_in_its_subject() -> None:
    names = [(subject.title, control.name) for subject in SUBJECTS for control in subject.controls]
    assert len(names) == len(set(names))


def test_no_cell_breaks_its_table() -> None:
    for subject in SUBJECTS:
        for control in subject.controls:
            assert not {"|", "\n"} & set(control.name + control.probed + control.on_aws)
