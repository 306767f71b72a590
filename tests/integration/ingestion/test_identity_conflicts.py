"""What says that customers are the same and is not believed, and what becomes of it."""

from dataclasses import replace

from tests.integration.ingestion.conftest import Pipeline
from tests.integration.ingestion.customers import conflicts, delete, load, together
from tests.integration.ingestion.matching import Record

ANNA = "anna@acme.example"
C1 = Record(system="crm", id="C1", name="A")
C2 = Record(system="crm", id="C2", name="B")
E1 = Record(system="erp", id="7", name="C")
E2 = Record(system="erp", id="8", name="D")


def test_address_that_two_of_one_system_share_decides_nothing(pipeline: Pipeline) -> None:
    load(pipeline, replace(C1, email=ANNA), replace(C2, email=ANNA), replace(E1, email=ANNA))
    assert together(pipeline) == []
    assert conflicts(pipeline) == [("ambiguous_key", "email", ANNA, ["7", "C1", "C2"])]


def test_switchboard_of_many_joins_none_of_them(pipeline: Pipeline) -> None:
    tenants = [
        Record(system="crm", id=f"C{number}", name="Same", phone_key="+49895550100")
        for number in range(30)
    ]
    load(pipeline, *tenants, replace(E1, name="Same", phone_key="+49895550100"))
    assert together(pipeline) == []
    (conflict,) = conflicts(pipeline)
    assert conflict[:3] == ("ambiguous_key", "phone", "+49895550100")


def test_id_that_two_of_one_system_declare_is_ambiguous(pipeline: Pipeline) -> None:
    declared = {"crm": "C1"}
    load(pipeline, C1, replace(E1, external_ids=declared), replace(E2, external_ids=declared))
    assert together(pipeline) == []
    assert conflicts(pipeline) == [("ambiguous_key", "external_id", "crm:C1", ["7", "8", "C1"])]


def test_key_that_joins_two_of_one_system_over_others_is_left_out(pipeline: Pipeline) -> None:
    """The id is trusted more than the address, so that it stays and the address does not count."""
    load(pipeline, replace(C1, email=ANNA), C2, replace(E1, email=ANNA, external_ids={"crm": "C2"}))
    assert together(pipeline) == [[("crm", "C2"), ("erp", "7")]]
    assert conflicts(pipeline) == [("contradiction", "email", ANNA, ["7", "C1"])]


def test_of_equals_that_contradict_each_other_none_counts(pipeline: Pipeline) -> None:
    stripe = Record(system="stripe", id="cus_1", name="E", external_ids={"erp": "7", "crm": "C1"})
    load(pipeline, C1, C2, replace(E1, external_ids={"crm": "C2"}), stripe)
    assert together(pipeline) == []
    assert [conflict[:3] for conflict in conflicts(pipeline)] == [
        ("contradiction", "external_id", "crm:C1"),
        ("contradiction", "external_id", "crm:C2"),
        ("contradiction", "external_id", "erp:7"),
    ]


def test_long_chain_of_contradictions_joins_nobody(pipeline: Pipeline) -> None:
    crm = [
        Record(system="crm", id=f"C{n}", name=f"N{n}", email=f"anna{n}@a.example",
               external_ids={"stripe": f"s{n}"})
        for n in range(60)
    ]  # fmt: skip
    erp = [
        Record(system="erp", id=f"E{n}", name=f"N{n}", email=f"anna{n}@a.example",
               external_ids={"crm": f"C{n + 1}"})
        for n in range(59)
    ]  # fmt: skip
    load(pipeline, *crm, *erp)
    # by its id each is one with the next, so the address of the one before does not count
    assert together(pipeline) == sorted([("crm", f"C{n + 1}"), ("erp", f"E{n}")] for n in range(59))
    assert {conflict[0] for conflict in conflicts(pipeline)} == {"contradiction"}


def test_conflict_ends_with_its_cause(pipeline: Pipeline) -> None:
    load(pipeline, replace(C1, email=ANNA), replace(C2, email=ANNA), replace(E1, email=ANNA))
    delete(pipeline, C2.own_name)
    assert together(pipeline) == [[("crm", "C1"), ("erp", "7")]]
    assert conflicts(pipeline) == []


def test_report_says_who_is_concerned_and_why_in_words(pipeline: Pipeline) -> None:
    load(pipeline, replace(C1, email=ANNA), replace(C2, email=ANNA), replace(E1, email=ANNA))
    row = pipeline.row("SELECT * FROM canonical.identity_conflicts")
    assert row["source_systems"] == ["crm", "erp"]
    assert sorted(row["unified_ids"]) == sorted(row["customer_ids"])
    assert row["explanation"].startswith("It names several customers of one system")
