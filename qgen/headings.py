"""What learning-management systems and registries call the columns that say who somebody is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

from qgen.errors import InputError, quoted, some

# `id`: the school's number or our own student_id; `own`: a system's number for its user.
Kind = Literal["id", "own", "login", "email", "name", "first", "middle", "last", "variant"]

# Of each kind the better ones first. Moodle translates its headings.
HEADINGS: Mapping[Kind, tuple[str, ...]] = {
    "id": (
        "student_id", "Student number", "Student no", "Matriculation number", "Matrikelnummer", "Matrikel-Nr.",
        "mtknr",  # HISinOne
        "REGISTRATION_NUMBER",  # TUMonline
        "SID",  # Gradescope
        "SIS User ID", "SIS ID",  # Canvas
        "OrgDefinedId",  # Brightspace
        "Unique User ID", "School UID", "sourcedId",  # Schoology
        "student_uid", "student_key",  # Open edX
        "candidate_ref",  # Inspera
        "ID number", "ID-Nummer", "Numéro d'identification", "Número de ID", "Codice identificativo",
        "Número de identificação",
    ),
    "login": (
        "Username", "Login", "SIS Login ID", "Login ID", "User", "Anmeldename", "Benutzername", "Nom d'utilisateur",
        "Nombre de usuario", "Gebruikersnaam", "Nome de usuário",
    ),
    "email": (
        "Email", "Email address", "Mail", "E-Mail-Adresse", "Adresse de courriel", "Dirección de correo",
        "Dirección Email", "Indirizzo email", "E-mailadres", "Endereço de email",
    ),
    "own": ("id", "user_id", "lms_id", "Canvas ID", "candidate_id", "Crowdmark ID"),
    "name": (
        "Name", "Full name", "Student name", "Student", "Display name", "Users", "Last Name, First Name",
        "Nachname, Vorname",
    ),
    "first": (
        "First name", "Given name", "FIRST_NAME_OF_STUDENT", "Vorname", "Prénom", "Nombre", "Nome", "Voornaam",
        "Förnamn", "Fornavn",
    ),
    "middle": ("Middle name", "Middle names"),
    "last": (
        "Last name", "Surname", "Family name", "FAMILY_NAME_OF_STUDENT", "Nachname", "Nom", "Nom de famille",
        "Apellido(s)", "Apellidos", "Cognome", "Achternaam", "Sobrenome", "Apelido(s)", "Efternamn", "Etternavn",
        "Efternavn",
    ),
    "variant": ("variant",),
}  # fmt: skip


def loose(heading: str) -> str:
    """Without case, spaces, hyphens, underscores, dots, commas and apostrophes: the same for all spellings."""
    return re.sub(r"[\s_.,'’-]", "", unicodedata.normalize("NFC", heading)).casefold()


def find(headings: Sequence[str], *names: str) -> int | None:
    """Where a heading is, by any of its names, the better names first."""
    known = [loose(heading) for heading in headings]
    return next((known.index(loose(name)) for name in names if loose(name) in known), None)


def columns(headings: Sequence[str], *kinds: Kind) -> list[int]:
    """The columns of these kinds, kind by kind, the better headings first."""
    places = (find(headings, name) for kind in kinds for name in HEADINGS[kind])
    return list(dict.fromkeys(place for place in places if place is not None))


def renamed(headings: Sequence[str], where: str, *, ids: str | None = None, names: str | None = None) -> list[str]:
    """The headings, with the columns that the user says hold the ids and the names called student_id and name.

    InputError for a column that is not there, with those that are.
    """
    found = [heading.strip() for heading in headings]
    chosen: dict[int, str] = {}
    for wanted, called in ((ids, "student_id"), (names, "name")):
        if wanted is None:
            continue
        place = find(found, wanted)
        if place is None:
            known = some([quoted(heading) for heading in found if heading], 20)
            raise InputError(f"{where}: no column {quoted(wanted)}; its headings are {known}")
        chosen[place] = called
    left: list[Kind] = [*(["id"] if ids is not None else []), *(["name", "first", "middle", "last"] if names else [])]
    others = columns(found, *left)
    return [chosen.get(at, f"other {heading}" if at in others else heading) for at, heading in enumerate(found)]
