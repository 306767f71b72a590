"""Scores are held against trigrams and means worked out here, in plain Python."""

from typing import Any

import psycopg
import pytest

from data_pipeline.analytics.catalog import parse
from data_pipeline.canonical.names import LEGAL_FORMS, name_key
from tests.integration import sales
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.rows import Rows

_CUSTOMERS: dict[str, dict[str, str]] = {
    # typed wrongly, same place, another address at the same domain
    "crm:mueller": {
        "name": "Müller Robotik GmbH",
        "email": "anna@mueller-robotik.test",
        "country": "DE",
        "postal_code": "80331",
    },
    "erp:muler": {
        "name": "MULER ROBOTIK",
        "email": "einkauf@mueller-robotik.test",
        "country": "DE",
        "postal_code": "80331",
    },
    # a brand, and the company behind it
    "crm:zip": {"name": "Zipzap", "legal_name": "Nordlicht Handels AG", "tax_id": "DE 81.12-34"},
    "erp:nord": {"name": "Nordlicht Handels", "tax_id": "de811234"},
    # one customer already, by the e-mail address
    "crm:acme": {"name": "Acme Tools", "email": "buy@acme.test", "phone_key": "+4989111"},
    "erp:acme": {"name": "Acme Tools Inc", "email": "BUY@acme.test", "phone_key": "+4989222"},
    # the same name and nothing else
    "crm:delta": {"name": "Delta Foods", "phone_key": "+331", "email": "d@gmail.com"},
    "shop:delta": {"name": "Delta-Foods Ltd.", "phone_key": "+332", "email": "e@gmail.com"},
    # alike, but of one system
    "crm:twin1": {"name": "Orchard Optics"},
    "crm:twin2": {"name": "Orchard Optics"},
    # nobody's number
    "crm:none": {"name": "Quartz Paper", "phone_key": "+490000000000"},
    "erp:none": {"name": "Quartz Papers", "phone_key": "+490000000000"},
    # neighbours: all but the name
    "crm:next": {"name": "Umbra Media", "phone_key": "+4477", "country": "GB", "postal_code": "E1"},
    "erp:next": {"name": "Kilo Stone", "phone_key": "+4477", "country": "GB", "postal_code": "E1"},
}


@pytest.fixture
def ask(database_url: sales.Conninfos) -> Any:
    with Rows(database_url) as rows:
        for key, values in _CUSTOMERS.items():
            system, source_id = key.split(":")
            # Of other systems' as if they had been loaded before keys of names were stored.
            stored = {"name_key": name_key(values["name"])} if system == "crm" else {}
            rows.add("customers", system, source_id, **values, **stored)

    def ask(**parameters: object) -> dict[tuple[str, str], Row]:
        found = answer(database_url, "entity_matching", parameters)
        pairs = {
            (
                f"{row['source_system']}:{row['source_id']}",
                f"{row['matched_source_system']}:{row['matched_source_id']}",
            ): row
            for row in found
        }
        assert len(pairs) == len(found)
        assert [row["score"] for row in found] == sorted(
            (row["score"] for row in found), reverse=True
        )
        return pairs

    return ask


def _trigrams(text: str) -> set[str]:
    """As pg_trgm makes them: of each word with two blanks before it and one behind."""
    words = [f"  {word} " for word in text.split()]
    return {word[at : at + 3] for word in words for at in range(len(word) - 2)}


def _similarity(one: str, other: str) -> float:
    ones, others = _trigrams(one), _trigrams(other)
    return len(ones & others) / len(ones | others)


def _mean(**agreements: float) -> float:
    weights = {"name": 4, "tax_id": 3, "email": 1.5, "phone": 1, "postal_code": 1}
    total = sum(weights[field] for field in agreements)
    return sum(weights[field] * value for field, value in agreements.items()) / total


def test_customers_that_no_key_joins_are_found_by_their_names(ask: Any) -> None:
    pairs = ask()
    assert set(pairs) == {
        ("crm:mueller", "erp:muler"),
        ("crm:zip", "erp:nord"),
        ("crm:delta", "shop:delta"),
        ("crm:none", "erp:none"),
    }
    assert not any(row["is_unified"] for row in pairs.values())


def test_score_is_the_weighted_mean_of_what_both_have(ask: Any) -> None:
    pairs = ask()
    mueller = _similarity("muller robotik", "muler robotik")
    quartz = _similarity("quartz paper", "quartz papers")
    scores = {pair: row["score"] for pair, row in pairs.items()}
    assert scores == {
        ("crm:mueller", "erp:muler"): pytest.approx(
            _mean(name=mueller, email=0.5, postal_code=1), abs=5e-5
        ),
        ("crm:zip", "erp:nord"): pytest.approx(_mean(name=1, tax_id=1), abs=5e-5),
        ("crm:delta", "shop:delta"): pytest.approx(_mean(name=1, email=0, phone=0), abs=5e-5),
        ("crm:none", "erp:none"): pytest.approx(_mean(name=quartz), abs=5e-5),
    }


def test_evidence_names_every_field_that_both_have(ask: Any) -> None:
    pairs = ask()
    mueller = pairs["crm:mueller", "erp:muler"]
    assert mueller["evidence"] == {
        "name": pytest.approx(_similarity("muller robotik", "muler robotik"), abs=5e-5),
        "email": 0.5,
        "postal_code": 1,
    }
    assert mueller["agreeing_fields"] == ["email_domain", "postal_code"]
    assert mueller["name_similarity"] == mueller["evidence"]["name"]
    assert (mueller["name"], mueller["matched_name"]) == ("Müller Robotik GmbH", "MULER ROBOTIK")
    assert pairs["crm:zip", "erp:nord"]["agreeing_fields"] == ["name", "tax_id"]
    assert pairs["crm:delta", "shop:delta"]["evidence"] == {"name": 1.0, "email": 0, "phone": 0}


def test_customers_that_are_one_already_are_shown_when_asked_for(ask: Any) -> None:
    row = ask(only_unmatched=False)["crm:acme", "erp:acme"]
    assert row["is_unified"]
    assert row["unified_id"] == row["matched_unified_id"]
    assert row["score"] == pytest.approx(_mean(name=1, email=1, phone=0), abs=5e-5)


def test_threshold_leaves_out_what_is_less_alike(ask: Any) -> None:
    assert set(ask(threshold=1)) == {("crm:zip", "erp:nord")}
    assert set(ask(threshold=0.3)) >= {("crm:delta", "shop:delta"), ("crm:none", "erp:none")}


def test_only_systems_asked_for_are_compared(ask: Any) -> None:
    assert set(ask(source_systems="crm,shop")) == {("crm:delta", "shop:delta")}


def test_matches_of_one_customer_are_found_alone(ask: Any) -> None:
    everybody = ask(only_unmatched=False)
    mueller = everybody["crm:mueller", "erp:muler"]
    of_one = ask(customer_id=mueller["customer_id"])
    assert list(of_one.values()) == [mueller]
    acme = everybody["crm:acme", "erp:acme"]
    (pair,) = ask(customer_id=acme["matched_customer_id"], only_unmatched=False).values()
    assert {pair["customer_id"], pair["matched_customer_id"]} == {
        acme["customer_id"],
        acme["matched_customer_id"],
    }
    assert ask(customer_id=2**62) == {}


def test_key_that_many_have_leads_to_no_comparison(ask: Any, database_url: sales.Conninfos) -> None:
    with Rows(database_url) as rows:
        for number in range(21):
            rows.add("customers", f"system{number}", "same", name="Common Name")
    assert not any("same" in one for one, _ in ask())


def test_name_keys_are_those_of_the_identity_rules(database_url: sales.Conninfos) -> None:
    names = [
        "Acme GmbH & Co. KG",
        "O'Brien Ltd.",
        "S.A.R.L. du Nord",
        "Æther Société Anonyme",
        "Ångström AB",
        "東京 株式会社",
        "The Company",
        "Meyer Corporation",
        "Meyer Incorporated  ",
        "North-West Limited",
        "Sp. z o.o.",
        "co",
        "Long Word Holdings",
        "A.B.C. Trading",
        "...",
        " Padded  Name ",
    ]
    with Rows(database_url) as rows:
        for number, name in enumerate(names):
            rows.add("customers", "crm", f"n{number}", name=name)
    with psycopg.connect(database_url.owner) as connection:
        keys = connection.execute(
            "SELECT name, name_key, ingest.name_key(name) FROM canonical.comparable_customers"
        ).fetchall()
    assert len(keys) == len(names)
    assert [name for name, key, right in keys if key != right] == []


def test_keys_that_loads_store_are_those_that_the_server_works_out(
    database_url: sales.Conninfos,
) -> None:
    latin = [chr(code) for code in range(1, 0x180)]
    names = [
        *latin,
        *(f"Ab{character}c" for character in latin),
        *(
            f"{character} Ab{character}{character} {character}Inc.{character}"
            for character in latin
        ),
        *(f"Acme {form.upper()}  " for form in sorted(LEGAL_FORMS)),
        *(f"&{form}" for form in sorted(LEGAL_FORMS)),
        *("Acme Inc & Co", "Co Co", " Sp. z o. o. ", "z o o", "a" * 2_000, "A. . B"),
    ]
    with psycopg.connect(database_url.owner) as connection:
        keys = connection.execute(
            "SELECT name, ingest.name_key(name) FROM unnest(%s::text[]) AS name", [names]
        ).fetchall()
    assert len(keys) == len(names)
    assert [(name, key) for name, key in keys if key != name_key(name)] == []


def test_legal_name_that_only_adds_to_the_name_is_not_compared(
    database_url: sales.Conninfos,
) -> None:
    legal_names = {
        "Orchard Optics GmbH & Co. KG": None,
        "ORCHARD OPTICS Holding": None,
        "Obstgarten Optik S.A.R.L.": "obstgarten optik",
        "Sociedad Óptica, S.L.": "sociedad optica",
    }
    with Rows(database_url) as rows:
        for number, legal_name in enumerate(legal_names):
            name, source_id = "Orchard Optics", f"n{number}"
            rows.add("customers", "crm", source_id, name=name, legal_name=legal_name)
    with psycopg.connect(database_url.owner) as connection:
        keys = connection.execute(
            "SELECT legal_name_key FROM canonical.comparable_customers ORDER BY id"
        ).fetchall()
    assert [key for (key,) in keys] == list(legal_names.values())


def test_halves_of_the_keys_are_worked_out_by_processes_of_their_own(
    database_url: sales.Conninfos,
) -> None:
    statement = parse("entity_matching", {}).statement()
    with psycopg.connect(database_url.reader) as connection:
        plan = connection.execute(
            f"EXPLAIN {statement.sql}".encode(), {**statement.values, "row_limit": 1001}
        ).fetchall()
    assert any("Parallel Append" in line for (line,) in plan)


def test_names_like_one_are_found_by_the_trigram_index(database_url: sales.Conninfos) -> None:
    sales.load_customers(database_url.owner, 20_000)
    with psycopg.connect(database_url.owner, autocommit=True) as connection:
        connection.execute("ANALYZE canonical.customers")
    statement = parse("entity_matching", {"customer_id": 1}).statement()
    with psycopg.connect(database_url.reader) as connection:
        plan = connection.execute(
            f"EXPLAIN {statement.sql}".encode(), {**statement.values, "row_limit": 1001}
        ).fetchall()
    assert any("customers_name_trigrams" in line for (line,) in plan)
