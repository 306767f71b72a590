"""Decoding of one record: typed fields out of its JSON, everything else kept as it came."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText
from data_pipeline.sources.wording import explain


class InvalidRecord(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """A record breaks a rule.

    Attributes:
        rule: the rule's name, one word that stays the same whatever the record.
        path: the place within the record, such as `address.country`; empty for all of it.
        message: what is wrong, with the value, for the people who own the source.
    """

    def __init__(self, rule: str, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.rule = rule
        self.path = path
        self.message = message


class MalformedJson(InvalidRecord):
    """The text is no JSON at all."""


_AT_PATH: Final = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")

# Of a path: a name, an element of a list, or `[...]` for any member of an object.
_STEP: Final = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")

_LONGEST_VALUE_SHOWN: Final = 80

# Some exports have names that are values, a new one in each record; and msgspec can't have a field
# of any name.
_MOST_FIELDS_LEARNED: Final = 100
_LEARNABLE: Final = re.compile(r"[\w$@. :/-]{1,100}", re.ASCII)

_ESCAPED_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

_BACKSLASH: Final = ord("\\")

_encode: Final = msgspec.json.Encoder().encode
_fields: Final = msgspec.json.Decoder(dict[str, Raw]).decode
_ANY_JSON: Final = msgspec.json.Decoder()


class RecordDecoder[T: Struct]:
    """Decodes the records of one kind to a struct whose fields are the ones that are mapped.

    Args:
        kind: the struct.
        kept: those of its fields (as JSON names them) of which no column says all, so that they
            stay in the attributes too.
    """

    def __init__(self, kind: type[T], *, kept: Iterable[str] = ()) -> None:
        self._decoder = msgspec.json.Decoder(kind)
        names = (field.encode_name for field in msgspec.structs.fields(kind))
        self._known = frozenset(names) - frozenset(kept)
        self._kind = kind
        self._may_learn = not kept
        self._attributes: dict[str, str] = {}
        self._learned = msgspec.json.Decoder(_with_fields(kind, {}))

    def decode(self, raw: bytes, *, path: str = "") -> T:
        """The record's fields that the struct has.

        Args:
            raw: the record's JSON text.
            path: where the text is within a larger record, for errors.

        Raises:
            InvalidRecord: a field breaks a rule.
            MalformedJson: the text is no JSON.
        """
        _refuse_nul(raw)
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as error:
            raise _invalid(error, raw, path) from None
        except msgspec.DecodeError as error:
            raise _undecodable(error, raw) from None
        except RecursionError:
            raise InvalidRecord("nesting", path, "It is nested too deeply") from None

    def decode_all(self, raw: bytes, *, path: str = "") -> tuple[T, JsonText]:
        """As `decode`, with a JSON object of the fields that the struct does not have."""
        if not path:  # of a larger record, all was looked at with that
            _refuse_nul(raw)
        if self._may_learn:
            try:
                return self._decode_learned(raw)
            except (msgspec.DecodeError, RecursionError):
                pass  # fields that are new here, or a record that is wrong: why, is said below
        record = self.decode(raw, path=path)
        members = _fields(raw)
        names = members.keys() - self._known
        self._learn(names)
        rest = {name: members[name] for name in names}
        return record, json_text(rest) if rest else NO_ATTRIBUTES

    def _decode_learned(self, raw: bytes) -> tuple[T, JsonText]:
        """At one look, if the record has no other fields than the records before."""
        record = self._learned.decode(raw)
        if not self._attributes:
            return record, NO_ATTRIBUTES
        rest = {
            name: value
            for name, attribute in self._attributes.items()
            if (value := getattr(record, attribute)) is not msgspec.UNSET
        }
        return record, json_text(rest) if rest else NO_ATTRIBUTES

    def _learn(self, names: Iterable[str]) -> None:
        """Takes note of fields that are new: records of a file are alike."""
        new = sorted(set(names) - self._attributes.keys())
        if not (new and self._may_learn and all(map(_LEARNABLE.fullmatch, new))):
            return
        self._may_learn = len(self._attributes) + len(new) <= _MOST_FIELDS_LEARNED
        self._attributes |= {
            name: f"_{number}" for number, name in enumerate(new, start=len(self._attributes))
        }
        if self._may_learn:
            self._learned = msgspec.json.Decoder(_with_fields(self._kind, self._attributes))


def _with_fields[T: Struct](kind: type[T], attributes: Mapping[str, str]) -> type[T]:
    """The same struct with more fields, in no type, and no others allowed.

    Args:
        kind: the struct.
        attributes: the names in Python of the fields' names in JSON.
    """
    return msgspec.defstruct(  # type: ignore[return-value]  # a subclass of its base
        kind.__name__,
        [(attribute, Raw | msgspec.UnsetType, msgspec.UNSET) for attribute in attributes.values()],
        bases=(kind,),
        rename={attribute: name for name, attribute in attributes.items()},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )


def json_text(members: Mapping[str, Any]) -> JsonText:
    """An object's members as its text."""
    return JsonText(_encode(members).decode())


def join_attributes(attributes: JsonText, name: str, nested: JsonText) -> JsonText:
    """`attributes` with what was left of the field `name`, if anything was."""
    if nested == NO_ATTRIBUTES:
        return attributes
    fields = _fields(attributes)
    fields[name] = Raw(nested)
    return json_text(fields)


def keep(attributes: JsonText, raw: bytes, names: Iterable[str]) -> JsonText:
    """`attributes` with fields of the record `raw` that found no column after all."""
    members = _fields(raw)
    kept = {name: members[name] for name in names if name in members}
    return json_text(_fields(attributes) | kept) if kept else attributes


def _refuse_nul(raw: bytes) -> None:
    """PostgreSQL's text and jsonb hold every character but this one."""
    # Most records escape nothing at all, which is found out sooner.
    if _BACKSLASH in raw and _ESCAPED_NUL.search(raw):
        raise InvalidRecord("nul_character", "", r"It holds the character \u0000")


def _undecodable(error: msgspec.DecodeError, raw: bytes) -> InvalidRecord:
    """Half of a surrogate pair is valid by JSON's grammar but stands for no character."""
    try:
        json.loads(raw, parse_constant=_refuse_constant)
    except _NotANumberError as found:
        return MalformedJson("json", "", f"JSON has no {found}; export it as null: {error}")
    except (ValueError, RecursionError):
        return MalformedJson("json", "", str(error))
    return InvalidRecord("surrogate", "", r"It holds half of a surrogate pair (\ud800 to \udfff)")


class _NotANumberError(ValueError):
    """NaN or Infinity, which Python's decoder takes and JSON does not have."""


def _refuse_constant(name: str) -> None:
    raise _NotANumberError(name)


def _invalid(error: msgspec.ValidationError, raw: bytes, outer_path: str) -> InvalidRecord:
    text = str(error)
    place = _AT_PATH.search(text)
    path = place["path"] if place else ""
    told = explain(text[: place.start()] if place else text)
    value = None if told.shows_value else _value_at(raw, path)
    return InvalidRecord(
        told.rule,
        ".".join(filter(None, (outer_path, path, told.member))),
        told.words if value is None else f"{told.words}, not {value}",
    )


def _value_at(raw: bytes, path: str) -> str | None:
    """The JSON text at a path, cut to a length for people; None for a key that has no name."""
    try:
        value = reduce(_member, _STEP.finditer(path), _ANY_JSON.decode(raw))
    except (LookupError, TypeError, RecursionError, msgspec.DecodeError):
        return None
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST_VALUE_SHOWN else f"{text[:_LONGEST_VALUE_SHOWN]}…"


def _member(value: Any, step: re.Match[str]) -> Any:
    return value[int(step["index"])] if step["index"] else value[step["name"] or step[0]]
