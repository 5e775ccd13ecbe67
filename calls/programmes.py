"""The programmes behind the calls: the portal's codes, our short keys, and their names.

The portal's own labels are damaged ("Erasmus  (ERASMUS )", `eu-portal.md` §10) and its codes carry no meaning, so
this table names them. A code that is not here is kept by the scraper with a note, and the first part of the
identifier is the second opinion (§4).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One programme or fund.

    Attributes:
        key: our short key, such as CERV; what `Call.programme` holds.
        name_sv, name_en: its name for readers.
    """

    key: str
    name_sv: str
    name_en: str

    def name(self, language: str) -> str:
        """The name in one language; Swedish unless English is asked for."""
        return self.name_en if language == "en" else self.name_sv


# Portal code, our key, Swedish name, English name (`eu-portal.md` §4).
_TABLE = (
    ("43108390", "HORIZON", "Horisont Europa", "Horizon Europe"),
    ("43152860", "DIGITAL", "Programmet för ett digitalt Europa", "Digital Europe Programme"),
    ("43353764", "ERASMUS+", "Erasmus+", "Erasmus+"),
    (
        "43251589",
        "CERV",
        "Medborgare, jämlikhet, rättigheter och värden",
        "Citizens, Equality, Rights and Values",
    ),
    ("43252405", "LIFE", "Life, programmet för miljö och klimat", "LIFE, Environment and Climate Action"),
    ("43251814", "CREA", "Kreativa Europa", "Creative Europe"),
    ("43251567", "CEF", "Fonden för ett sammanlänkat Europa", "Connecting Europe Facility"),
    ("43254019", "ESF+", "Europeiska socialfonden+", "European Social Fund Plus"),
    ("43254037", "ESC", "Europeiska solidaritetskåren", "European Solidarity Corps"),
    ("43252476", "SMP", "Programmet för den inre marknaden", "Single Market Programme"),
    (
        "44416173",
        "I3",
        "Interregionala innovationsinvesteringar",
        "Interregional Innovation Investments Instrument",
    ),
    ("43332642", "EU4H", "EU för hälsa", "EU4Health"),
    ("43252386", "JUST", "Programmet för rättsliga frågor", "Justice Programme"),
    ("43251842", "EUAF", "Unionens bedrägeribekämpningsprogram", "Union Anti-Fraud Programme"),
    ("43298203", "UCPM", "Unionens civilskyddsmekanism", "Union Civil Protection Mechanism"),
    (
        "43251447",
        "AMIF",
        "Asyl-, migrations- och integrationsfonden",
        "Asylum, Migration and Integration Fund",
    ),
    ("43252368", "ISF", "Fonden för inre säkerhet", "Internal Security Fund"),
    (
        "43251530",
        "BMVI",
        "Instrumentet för gränsförvaltning och visering",
        "Border Management and Visa Instrument",
    ),
    ("44773066", "JTM", "Mekanismen för en rättvis omställning", "Just Transition Mechanism"),
    ("43089234", "INNOVFUND", "Innovationsfonden", "Innovation Fund"),
    (
        "43253967",
        "RENEWFM",
        "Finansieringsmekanismen för förnybar energi",
        "Renewable Energy Financing Mechanism",
    ),
    (
        "43392145",
        "EMFAF",
        "Europeiska havs-, fiskeri- och vattenbruksfonden",
        "European Maritime, Fisheries and Aquaculture Fund",
    ),
    (
        "43637601",
        "PPPA",
        "Pilotprojekt och förberedande åtgärder",
        "Pilot Projects and Preparatory Actions",
    ),
    (
        "43252517",
        "SOCPL",
        "Sociala befogenheter och särskilda behörighetsområden",
        "Social Prerogative and Specific Competencies Lines",
    ),
    ("43697167", "EP", "Europaparlamentet", "European Parliament"),
    (
        "44773133",
        "IMREG",
        "Informationsåtgärder om sammanhållningspolitiken",
        "Information Measures for Cohesion Policy",
    ),
    (
        "46324255",
        "ERDF-TA",
        "Tekniskt stöd från Eruf, Sammanhållningsfonden och FRO",
        "Technical assistance for ERDF, CF and JTF",
    ),
    ("43253706", "TSI", "Instrumentet för tekniskt stöd", "Technical Support Instrument"),
    (
        "43251882",
        "IMCAP",
        "Informationsåtgärder om jordbrukspolitiken",
        "Information Measures for the Common Agricultural Policy",
    ),
    ("43298664", "AGRIP", "Säljfrämjande för jordbruksprodukter", "Promotion of Agricultural Products"),
    ("43298916", "EURATOM", "Euratoms forsknings- och utbildningsprogram", "Euratom Research and Training"),
    ("44181033", "EDF", "Europeiska försvarsfonden", "European Defence Fund"),
    ("43252449", "RFCS", "Forskningsfonden för kol och stål", "Research Fund for Coal and Steel"),
    ("43252433", "PERI", "Pericles IV, skydd av euron", "Pericles IV, protection of the euro"),
    ("45532249", "EUBA", "EU:s organ och byråer", "EU Bodies and Agencies"),
    ("45876777", "NDICI", "NDICI – Europa i världen", "NDICI – Global Europe"),
    ("111111", "RELEX", "EU:s yttre åtgärder", "EU External Action"),
    ("47376280", "RELEX", "EU:s yttre åtgärder", "EU External Action"),
    ("47786028", "BCS", "Konjunkturundersökningar", "Business and Consumer Surveys"),
    ("43251534", "CCEI", "Instrumentet för tullkontrollutrustning", "Customs Control Equipment Instrument"),
    ("43253979", "CUST", "Tullprogrammet", "Customs Programme"),
    ("43253995", "FISC", "Fiscalis", "Fiscalis Programme"),
    ("31045243", "H2020", "Horisont 2020 (2014–2020)", "Horizon 2020 (2014–2020)"),
    ("31059643", "COSME", "Cosme (2014–2020)", "COSME (2014–2020)"),
    ("42810547", "EDIRECT", "Europa direkt (2014–2020)", "Europe Direct (2014–2020)"),
    ("31059083", "CREA2020", "Kreativa Europa (2014–2020)", "Creative Europe (2014–2020)"),
    ("31059088", "EFC", "Ett Europa för medborgarna (2014–2020)", "Europe for Citizens (2014–2020)"),
    ("31059093", "ERASMUS2020", "Erasmus+ (2014–2020)", "Erasmus+ (2014–2020)"),
    ("31107710", "LIFE2020", "Life (2014–2020)", "LIFE (2014–2020)"),
    ("31077795", "AMIF2020", "Amif (2014–2020)", "AMIF (2014–2020)"),
    (
        "31076817",
        "REC",
        "Rättigheter, jämlikhet och medborgarskap (2014–2020)",
        "Rights, Equality and Citizenship (2014–2020)",
    ),
    ("31070247", "JUST2020", "Rättsliga frågor (2014–2020)", "Justice (2014–2020)"),
    ("31065524", "CEF2020", "Fonden för ett sammanlänkat Europa (2014–2020)", "CEF (2014–2020)"),
)
# Found through other publishers than the portal.
_ELSEWHERE = (
    ("INTERREG", "Interreg", "Interreg"),
    ("URBACT", "Urbact", "URBACT"),
    ("EUI", "Europeiska stadsinitiativet", "European Urban Initiative"),
    (
        "EIT",
        "Europeiska institutet för innovation och teknik",
        "European Institute of Innovation and Technology",
    ),
    ("DUT", "Partnerskapet för urban omställning (DUT)", "Driving Urban Transitions Partnership"),
    ("IPA", "Instrumentet för stöd inför anslutningen", "Instrument for Pre-accession Assistance"),
)

PROGRAMMES: dict[str, Programme] = {
    key: Programme(key=key, name_sv=name_sv, name_en=name_en)
    for key, name_sv, name_en in (*(row[1:] for row in _TABLE), *_ELSEWHERE)
}
KEY_BY_CODE: dict[str, str] = {code: key for code, key, *_ in _TABLE}

# How identifiers begin, where that is not the key itself; the longest fitting one decides.
_PREFIXES = {
    "HORIZON-EURATOM": "EURATOM",
    "ERASMUS": "ERASMUS+",
    "ESF": "ESF+",
    "ERDFTA": "ERDF-TA",
    "ED": "EDIRECT",
    "SOCPL": "SOCPL",
    "JTM": "JTM",
    "EUROPEAID": "RELEX",
    "RELEX": "RELEX",
    "H2020": "H2020",
    "PERICLES": "PERI",
}
# How other publishers' programme names begin or what they hold, most telling first.
_NAMES = (
    ("interregional innovation", "I3"),
    ("interreg", "INTERREG"),
    ("horizon europe", "HORIZON"),
    ("new european bauhaus", "HORIZON"),
    ("eu4health", "EU4H"),
    ("digital europe", "DIGITAL"),
    ("citizens, equality", "CERV"),
    ("connecting europe", "CEF"),
    ("erasmus", "ERASMUS+"),
    ("creative europe", "CREA"),
    ("european solidarity corps", "ESC"),
    ("european social fund", "ESF+"),
    ("employment and social innovation", "ESF+"),
    ("life", "LIFE"),
    ("single market", "SMP"),
    ("pilot projects", "PPPA"),
    ("asylum, migration", "AMIF"),
    ("internal security fund", "ISF"),
    ("justice", "JUST"),
    ("just transition", "JTM"),
    ("innovation fund", "INNOVFUND"),
    ("european maritime", "EMFAF"),
    ("european defence fund", "EDF"),
    ("union civil protection", "UCPM"),
    ("technical support instrument", "TSI"),
    ("european urban initiative", "EUI"),
    ("urbact", "URBACT"),
    ("european institute of innovation", "EIT"),
    ("driving urban transitions", "DUT"),
    ("instrument for pre-accession", "IPA"),
)


def key_by_code(code: str) -> str | None:
    """Our key of a portal code; None for a code that the table lacks."""
    return KEY_BY_CODE.get(code)


def key_by_identifier(identifier: str) -> str | None:
    """Our key from how an identifier begins; None when it begins with no programme we know."""
    parts = identifier.upper().replace("/", "-").split("-")
    for length in (2, 1):
        start = "-".join(parts[:length])
        if start in _PREFIXES:
            return _PREFIXES[start]
    return parts[0] if parts[0] in PROGRAMMES else None


def key_by_name(name: str) -> str | None:
    """Our key from a publisher's name of the programme; None for a name that the table lacks."""
    words = " ".join(name.lower().split())
    return next((key for start, key in _NAMES if words.startswith(start)), None)


def programme_name(key: str | None, language: str) -> str | None:
    """The programme's name for readers; None when the key is not in the table."""
    programme = PROGRAMMES.get(key or "")
    return programme.name(language) if programme else None
