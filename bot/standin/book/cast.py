"""The people of a fictional organisation, Lumenforge: everybody and everything here is invented."""

from __future__ import annotations

from functools import cache

from bot.domain.person import Person, Role, Team

DOMAIN = "lumenforge.example"

_E, _S, _D = Team.ENTERPRISE, Team.SCALED, Team.DIGITAL

# name, role, team, level, region, manager (by login), time zone, country
_CAST: tuple[tuple[str, Role, Team | None, str, str, str, str, str], ...] = (
    ("Amara Okonjo-Bell", Role.LEADER, None, "VP", "EMEA", "", "Europe/London", "GB"),
    ("Henrike Vollmer", Role.MANAGER, _E, "M2", "EMEA", "amara.okonjo-bell", "Europe/Berlin", "DE"),
    ("Tomás Arrieta", Role.MANAGER, _S, "M1", "AMER", "amara.okonjo-bell", "America/Sao_Paulo", "BR"),
    ("Priya Nandakumar", Role.MANAGER, _D, "M1", "APAC", "amara.okonjo-bell", "Asia/Kolkata", "IN"),
    ("Signe Aldström", Role.TA, _E, "Senior", "EMEA", "henrike.vollmer", "Europe/Stockholm", "SE"),
    ("Marcus Teague", Role.TA, _E, "Principal", "AMER", "henrike.vollmer", "America/New_York", "US"),
    ("Chiara Bonfante", Role.TA, _E, "TA", "EMEA", "henrike.vollmer", "Europe/Rome", "IT"),
    ("Dae-hyun Ryoo", Role.TA, _E, "Senior", "APAC", "henrike.vollmer", "Asia/Seoul", "KR"),
    ("Leila Farahmand", Role.TA, _E, "Senior", "AMER", "henrike.vollmer", "America/Los_Angeles", "US"),
    ("Oluwaseun Adebanjo", Role.TA, _E, "TA", "EMEA", "henrike.vollmer", "Africa/Lagos", "NG"),
    ("Beatriz Quintela", Role.TA, _S, "Senior", "AMER", "tomas.arrieta", "America/Sao_Paulo", "BR"),
    ("Rohan Deshmukh", Role.TA, _S, "TA", "APAC", "tomas.arrieta", "Asia/Kolkata", "IN"),
    ("Wren Halloran", Role.TA, _S, "TA", "AMER", "tomas.arrieta", "America/Chicago", "US"),
    ("Ilse Verbruggen", Role.TA, _S, "Senior", "EMEA", "tomas.arrieta", "Europe/Brussels", "BE"),
    ("Kofi Asamoah-Reid", Role.TA, _D, "TA", "EMEA", "priya.nandakumar", "Europe/London", "GB"),
    ("Mei-Lin Hsueh", Role.TA, _D, "Senior", "APAC", "priya.nandakumar", "Asia/Taipei", "TW"),
    ("Bronwyn Pryce-Evans", Role.AE, None, "Senior", "EMEA", "", "Europe/London", "GB"),
    ("Diego Larrañaga", Role.AE, None, "AE", "AMER", "", "America/Mexico_City", "MX"),
    ("Yusuf Karadeniz", Role.AE, None, "AE", "EMEA", "", "Europe/Istanbul", "TR"),
    ("Hannah Lindqvist", Role.AE, None, "Senior", "AMER", "", "America/Denver", "US"),
    ("Anjali Raghunathan", Role.AE, None, "AE", "APAC", "", "Asia/Kolkata", "IN"),
    ("Mateusz Wierzba", Role.AE, None, "AE", "EMEA", "", "Europe/Warsaw", "PL"),
    ("Caleb Whitlock", Role.AE, None, "Principal", "AMER", "", "America/New_York", "US"),
    ("Noor Haddad", Role.AE, None, "AE", "EMEA", "", "Asia/Amman", "JO"),
    ("Eero Salmela", Role.CE, None, "Senior", "EMEA", "", "Europe/Helsinki", "FI"),
    ("Josephine Tran", Role.CE, None, "CE", "AMER", "", "America/Los_Angeles", "US"),
    ("Vikram Sethuraman", Role.CE, None, "CE", "APAC", "", "Asia/Kolkata", "IN"),
    ("Fionnuala Geraghty", Role.CE, None, "Senior", "EMEA", "", "Europe/Dublin", "IE"),
    ("Thiago Marcondes", Role.IE, None, "IE", "AMER", "", "America/Sao_Paulo", "BR"),
    ("Agnieszka Zielony", Role.IE, None, "Senior", "EMEA", "", "Europe/Warsaw", "PL"),
    ("Samuel Oyelaran", Role.IE, None, "IE", "AMER", "", "America/Toronto", "CA"),
    ("Ingrid Solbakken", Role.PEOPLE_PARTNER, None, "", "EMEA", "", "Europe/Oslo", "NO"),
    ("Rafael Montenegro", Role.PROGRAM_MANAGER, _D, "", "AMER", "priya.nandakumar", "America/Bogota", "CO"),
    ("Odette Marchand", Role.OPERATOR, None, "", "EMEA", "", "Europe/Paris", "FR"),
)

_PLAIN = str.maketrans("áãçéèíñóöôúü", "aaceeinooouu")


def address_of(name: str) -> str:
    """The e-mail address of a person of the cast: `Tomás Arrieta` is `tomas.arrieta@…`."""
    return f"{name.lower().translate(_PLAIN).replace(' ', '.')}@{DOMAIN}"


def everybody() -> list[Person]:
    """Every person of the organisation, managers first."""
    return [
        Person(
            email=address_of(name),
            name=name,
            role=role,
            team=team,
            level=level or None,
            region=region,
            manager_email=f"{manager}@{DOMAIN}" if manager else None,
            timezone=zone,
            country=country,
        )
        for name, role, team, level, region, manager, zone, country in _CAST
    ]


@cache
def addresses(role: Role, team: Team | None = None) -> tuple[str, ...]:
    """The addresses of everybody with a role, of one team where it is given."""
    return tuple(p.email for p in everybody() if p.role is role and team in (None, p.team))
