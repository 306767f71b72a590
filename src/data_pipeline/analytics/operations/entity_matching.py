"""Customers of different systems that are alike: who may be the same although no key says so."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics.lists import Separated, distinct
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file

_MATCHES: Final = sql_file(__file__, "entity_matching")
_AMONG_ALL: Final = sql_file(__file__, "entity_matching_blocks")
_OF_ONE: Final = sql_file(__file__, "entity_matching_search")

# What more records have in common distinguishes none of them: a common name, a switchboard. Of
# parts of names that is so sooner.
_MOST_WITH_STRONG_KEY: Final = 20
_MOST_WITH_WEAK_KEY: Final = 5

# Names less alike are no match, whatever else agrees: daughters and neighbours share all of that.
_LEAST_NAME_SIMILARITY: Final = 0.3

System = Annotated[str, Field(min_length=1, max_length=50)]


class EntityMatchingParameters(Parameters):
    """Whom to compare, and how much alike they must be."""

    threshold: float = Field(
        default=0.6,
        ge=0.3,
        le=1,
        description="Leave out pairs with a lower score. At 0.6 equal names suffice although "
        "nothing else agrees; from 0.8 on something else has to.",
        examples=[0.6, 0.8],
    )
    customer_id: int | None = Field(
        default=None,
        ge=1,
        le=2**63 - 1,
        description="Only matches of this customer, given by the id of any of its records; of "
        "everybody if not given.",
        examples=[17],
    )
    source_systems: (
        Annotated[
            tuple[System, ...],
            Separated,
            AfterValidator(distinct),
            Field(min_length=2, max_length=20),
        ]
        | None
    ) = Field(
        default=None,
        description="Compare only the customers of these systems, two or more, with each other; "
        "in a query string separated by commas.",
        examples=[["crm", "erp"]],
    )
    only_unmatched: bool = Field(
        default=True,
        description="Leave out pairs that are one unified customer already.",
    )


def _statement(parameters: EntityMatchingParameters) -> Statement:
    systems = parameters.source_systems
    values = {
        "threshold": parameters.threshold,
        "customer_id": parameters.customer_id,
        "source_systems": list(systems) if systems else None,
        "only_unmatched": parameters.only_unmatched,
        "most_with_strong_key": _MOST_WITH_STRONG_KEY,
        "most_with_weak_key": _MOST_WITH_WEAK_KEY,
        "least_name_similarity": _LEAST_NAME_SIMILARITY,
    }
    scored = _AMONG_ALL if parameters.customer_id is None else _OF_ONE
    matches = sql.SQL(_MATCHES).format(scored=sql.SQL(scored))
    return Statement(sql=matches.as_string(), values=values)


OPERATION = Operation(
    name="entity_matching",
    description="Pairs of customers of different systems that are alike, the most alike first, "
    "with the evidence, and whether they are one unified customer already. Names are compared by "
    "their trigrams, without case, accents, punctuation and legal form; the score is the mean of "
    "the similarities of name (weight 4), tax id (3), e-mail (1.5), telephone and postal code "
    "(1 each), as far as both have a value; names less alike than 0.3 are no match. Compared are "
    "not all with all, but those that share something which few have: with at most "
    f"{_MOST_WITH_STRONG_KEY} records the consonants of the name, the e-mail domain, the telephone "
    f"number, or the tax id; with at most {_MOST_WITH_WEAK_KEY} the first word and the first "
    "letter of the last, the last word and the first four letters of the first, or the first three "
    "letters and the postal code.",
    parameters=EntityMatchingParameters,
    columns=(
        Column(name="score", description="0 to 1: how much alike the two are in all."),
        Column(
            name="name_similarity",
            description="0 to 1: trigrams that the names share, by those that either has; of name "
            "and legal name those that are most alike.",
        ),
        Column(name="customer_id", description="One of the two records."),
        Column(name="source_system", description="Its system."),
        Column(name="source_id", description="Its id there."),
        Column(name="name", description="Its name."),
        Column(name="matched_customer_id", description="The other record."),
        Column(name="matched_source_system", description="Its system."),
        Column(name="matched_source_id", description="Its id there."),
        Column(name="matched_name", description="Its name."),
        Column(
            name="agreeing_fields",
            description="Fields in which both have the same: name, tax_id, email or email_domain, "
            "phone, postal_code (with the country).",
        ),
        Column(
            name="evidence",
            description="How far each field agrees that both have, 0 to 1; of e-mail 0.5 is the "
            "same domain, if that is no mail service for everybody.",
        ),
        Column(name="is_unified", description="Whether the two are one unified customer."),
        Column(name="unified_id", description="The unified customer of the record."),
        Column(name="matched_unified_id", description="That of the other."),
    ),
    statement=_statement,
)
