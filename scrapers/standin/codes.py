"""The portal's codes that the stand-in writes (`eu-portal.md` section 4)."""

FORTHCOMING, OPEN, CLOSED = "31094501", "31094502", "31094503"
STATUS_WORDS = {FORTHCOMING: "Forthcoming", OPEN: "Open for submission", CLOSED: "Closed"}
SORT_STATUS = {OPEN: "1", FORTHCOMING: "2", CLOSED: "3"}
STATUS_BY_WORD = {"forthcoming": FORTHCOMING, "open": OPEN, "closed": CLOSED}

TOPIC, PROSPECT, CASCADE = "1", "2", "8"
KIND_WORDS = {TOPIC: "Grant", PROSPECT: "Calls for proposals", CASCADE: "Cascade funding calls"}

# The third number has not been seen in any recording; the two before it have.
PROCEDURES = {"single-stage": 31094504, "two-stage": 31094505, "multiple cut-off": 31094506}

LUMP_SUM, BUDGET_BASED, UNIT_GRANT = 43027849, 43027846, 43251971

PROGRAMMES = {
    "43108390": "Horizon Europe (HORIZON)",
    "43152860": "Digital Europe Programme (DIGITAL)",
    "43353764": "Erasmus+ (ERASMUS+)",
    "43251589": "Citizens, Equality, Rights and Values Programme (CERV)",
    "43252405": "Programme for the Environment and Climate Action (LIFE)",
    "43251814": "Creative Europe Programme (CREA)",
    "43251567": "Connecting Europe Facility (CEF)",
    "43254019": "European Social Fund + (ESF)",
    "43254037": "European Solidarity Corps (ESC)",
    "43252476": "Single Market Programme (SMP)",
    "44416173": "Interregional Innovation Investments Instrument (I3)",
    "43332642": "EU4Health Programme (EU4H)",
    "43252386": "Justice Programme (JUST)",
    "43251842": "Union Anti-fraud Programme (EUAF)",
    "43298203": "Union Civil Protection Mechanism (UCPM)",
    "43251447": "Asylum, Migration and Integration Fund (AMIF)",
    "43252368": "Internal Security Fund (ISF)",
    "44773066": "Just Transition Mechanism (JTM)",
    "43089234": "Innovation Fund (INNOVFUND)",
    "43253967": "Renewable Energy Financing Mechanism (RENEWFM)",
    "43392145": "European Maritime, Fisheries and Aquaculture Fund (EMFAF)",
    "43637601": "Pilot Projects & Preparation Actions (PPPA)",
    "43252517": "Social Prerogative and Specific Competencies Lines (SOCPL)",
    "43697167": "European Parliament (EP)",
    "44773133": "Information Measures for the EU Cohesion policy (IMREG)",
    "46324255": "Technical assistance for ERDF, CF and JTF (ERDF-TA)",
    "43298664": "Promotion of Agricultural Products (AGRIP)",
    "43298916": "Euratom Research and Training Programme (EURATOM)",
    "44181033": "European Defence Fund (EDF)",
    "43252449": "Research Fund for Coal & Steel (RFCS)",
    "43252433": "Protection of the Euro against Counterfeiting Programme (PERICLES IV)",
    "45532249": "EU Bodies and Agencies (EUBA)",
    "45876777": "Neighbourhood, Development and International Cooperation Instrument – Global Europe (NDICI)",
    "111111": "EU External Action - Prospect (RELEX-PROSPECT)",
}
