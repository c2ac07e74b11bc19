"""What learning-management systems and registries call the columns that say who somebody is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

# `id`: the school's number or our own student_id; `own`: a system's number for its user.
Kind = Literal["id", "own", "login", "email", "name", "first", "middle", "last", "variant", "room", "seat"]

_LONGEST = 200  # characters of a heading that are looked at: a cell may hold a page

# Of each kind the better ones first. Moodle translates its headings: here in some twenty languages.
HEADINGS: Mapping[Kind, tuple[str, ...]] = {
    "id": (
        "student_id", "Student number", "Student no", "Matriculation number", "Matrikelnummer", "Matrikel-Nr.",
        "Matr.-Nr.", "Immatrikulationsnummer", "Registration number", "N° étudiant", "Numéro étudiant",
        "Numéro d'étudiant", "Matrícula", "Número de matrícula", "Número de estudiante", "Matricola", "Studentnummer",
        "External ID",  # UniTime
        "mtknr",  # HISinOne
        "REGISTRATION_NUMBER",  # TUMonline
        "SID",  # Gradescope
        "SIS User ID", "SIS ID",  # Canvas
        "OrgDefinedId",  # Brightspace
        "Unique User ID", "School UID", "sourcedId",  # Schoology
        "student_uid", "student_key",  # Open edX
        "candidate_ref",  # Inspera
        "ID number", "ID-Nummer", "Numéro d'identification", "Número de ID", "Codice identificativo",
        "Número de identificação", "Número de identificação (ID)", "Nummer (ID)", "ID-nummer", "Numer ID",
        "Numer identyfikacyjny", "Индивидуальный номер", "Ідентифікаційний номер", "IDナンバ", "IDナンバー",
        "学号", "學號", "학번", "ID 번호", "Identifikační číslo", "Azonosító szám", "Tunnistenumero", "Kimlik numarası",
        "Número ID", "Αριθμός μητρώου", "Αριθμός ID", "رقم التعريف",
    ),
    "login": (
        "Username", "Login", "SIS Login ID", "Login ID", "User", "Anmeldename", "Benutzername", "Nom d'utilisateur",
        "Nombre de usuario", "Gebruikersnaam", "Nome de usuário",
        "Nome de utilizador", "Nazwa użytkownika", "Логин", "Логін", "ユーザ名", "ユーザー名", "用户名",
        "使用者名稱", "帳號", "사용자 아이디", "Uživatelské jméno", "Användarnamn", "Brugernavn", "Brukernavn",
        "Käyttäjätunnus", "Kullanıcı adı", "Felhasználónév", "Nom d'usuari", "Όνομα χρήστη",
    ),
    "email": (
        "Email", "Email address", "Mail", "E-Mail-Adresse", "Adresse de courriel", "Adresse e-mail",
        "Dirección de correo electrónico", "Correo electrónico", "Dirección de correo",
        "Dirección Email", "Indirizzo email", "E-mailadres", "Endereço de email",
        "Endereço de e-mail", "Adres e-mail", "Адрес электронной почты", "Електронна пошта", "メールアドレス",
        "电子邮件地址", "电子邮箱", "電子郵件信箱", "電子信箱", "이메일 주소", "이메일",
        "E-mailová adresa", "E-postadress",
        "E-mailadresse", "E-postadresse", "Sähköpostiosoite", "E-posta adresi", "E-mail cím", "Adreça electrònica",
        "Ηλεκτρονική διεύθυνση", "عنوان البريد الإلكتروني",
    ),
    "own": ("id", "user_id", "lms_id", "Canvas ID", "candidate_id", "Crowdmark ID"),
    "name": (
        "Name", "Full name", "Student name", "Student", "Display name", "Users", "Last Name, First Name",
        "Nachname, Vorname", "Name, Vorname", "Vorname Nachname", "Vorname Name", "Name des Studierenden", "Teilnehmer",
        "Teilnehmer/in", "Teilnehmer*in", "Student/in", "Student*in", "Prüfling", "Name, First name",
        "Surname, First name", "Surname, Forename", "First name Last name", "Name of student", "Nom, prénom",
        "Nom et prénom", "Prénom Nom", "Apellidos, Nombre", "Apellidos y nombre", "Nombre y apellidos",
        "Cognome e nome", "Nome e cognome", "Naam",
    ),
    "first": (
        "First name", "First names", "Forename", "Forenames", "Given name", "Given names",
        "FIRST_NAME_OF_STUDENT", "Vorname", "Prénom", "Nombre", "Nome", "Voornaam",
        "Förnamn", "Fornavn", "Imię", "Имя", "Ім'я", "名", "이름", "Křestní jméno", "Etunimi", "Adı", "Keresztnév",
        "Όνομα", "الاسم الأول",
    ),
    "middle": ("Middle name", "Middle names"),
    "last": (
        "Last name", "Last names", "Surname", "Surnames", "Family name", "Family names",
        "FAMILY_NAME_OF_STUDENT", "Nachname", "Familienname", "Nom",
        "Nom de famille", "Apellido(s)", "Apellidos", "Cognome", "Achternaam", "Sobrenome", "Apelido(s)", "Efternamn",
        "Etternavn", "Efternavn", "Nazwisko", "Фамилия", "Прізвище", "姓", "성", "Příjmení", "Sukunimi", "Soyadı",
        "Vezetéknév", "Cognoms", "Επώνυμο", "اسم العائلة",
    ),
    "variant": ("variant", "Variante"),
    "room": (
        "Room", "Exam room", "Hall", "Raum", "Hörsaal", "Saal", "Prüfungsraum", "Salle", "Salle d'examen", "Aula",
        "Sala", "Zaal", "Lokaal", "Lokal",
    ),
    "seat": (
        "Seat", "Seat number", "Seat no", "Seating", "Desk", "Desk number", "Platz", "Platznummer", "Platz-Nr.",
        "Sitzplatz", "Sitzplatznummer", "Sitzplatz-Nr.", "Place", "N° de place", "Numéro de place", "Siège", "Asiento",
        "Número de asiento", "Posto", "Numero di posto", "Assento", "Lugar", "Zitplaats", "Stoelnummer",
        "Plats", "Plads",
    ),
}  # fmt: skip


def loose(heading: str) -> str:
    """Without case, spaces, hyphens, underscores, dots, commas and apostrophes: the same for all spellings."""
    return re.sub(r"[\s_.,'’-]", "", unicodedata.normalize("NFC", heading[:_LONGEST])).casefold()


def find(headings: Sequence[str], *names: str) -> int | None:
    """Where a heading is, by any of its names, the better names first."""
    return next(_places(headings, names), None)


def columns(headings: Sequence[str], *kinds: Kind) -> list[int]:
    """The columns of these kinds, kind by kind, the better headings first."""
    return list(dict.fromkeys(_places(headings, [name for kind in kinds for name in HEADINGS[kind]])))


def _places(headings: Sequence[str], names: Iterable[str]) -> Iterator[int]:
    """The first column of each name that is there."""
    known = {loose(heading.rstrip(" :*")): -at for at, heading in enumerate(reversed(headings), 1 - len(headings))}
    return (known[bare] for name in names if (bare := loose(name)) in known)
