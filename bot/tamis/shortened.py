"""Words that directories write short (« pers. », « mini », « & »), written in full before they are read."""

from __future__ import annotations

import re

# A pattern on folded text, then the words in full. Points belong to the short form.
_FULL = {
    r"pers\b\.?": "personnes",
    r"justifs?\b\.?": "justificatif",
    r"attest\b\.?": "attestation",
    r"photoc\b\.?": "photocopie",
    r"jdd\b": "justificatif de domicile",
    r"impo\b": "imposition",
    r"benef\b\.?": "beneficiaires",
    r"alloc\b\.?": "allocataires",
    r"hab\b\.": "habitants",
    r"etud\b\.?": "etudiants",
    r"de?pt\b\.?": "departement",
    r"com ?-?com\b": "communaute de communes",
    r"assos?\b": "association",
    r"veh\b\.?": "vehicule",
    r"mini\b(?![- ]?(?:bus|stage|van|golf|entreprise|session|atelier|camp|creche|moto|voiture|car\b))\.?": "minimum",
    r"maxi?\b\.?": "maximum",
    r"(?<!\d )(?<!\d)min\b\.?": "minimum",
    r"inf\b\.?": "inferieur",
    r"sup\b\.": "superieur",
    r"sem\b\.?": "semaine",
    r"jrs\b": "jours",
    r"avt\b": "avant",
    r"ds\b": "dans",
}
_SHORT = re.compile("|".join(rf"(?P<s{number}>\b{short})" for number, short in enumerate(_FULL)))
_WORDS = tuple(_FULL.values())
# « salarié·es », « inscrit(e)s », « tou.te.s »: one form is enough.
_BOTH = re.compile(
    r"(?<=[a-z]{2})[.(-](?:e|ne|se|te|le|euse|rice|trice|ere)(?P<point>[.)-]?)(?P<several>s?)\)?(?![a-z'])"
)
_ALL = re.compile(r"\btou[.(-]te[.)-]?s\)?(?![a-z])")
# « n'est ouvert qu'aux étudiants » is « est ouvert uniquement aux étudiants ».
_ONLY = re.compile(
    r"\b(?:ne |n')(?!pas\b|plus\b)([a-z']+(?: (?!pas\b|plus\b)[a-z]+){0,2}) qu(?:e |')(?=[a-z])"
)
_AND = re.compile(r"(?<=[a-z)]) ?& ?(?=[a-z(])")
# What may stand before a point that ends no sentence.
_POINTED = (
    "pers justif justifs attest photoc benef alloc hab etud dept dpt veh mini maxi min max inf sup sem ex cf etc "
    "env adm lun ven sam tel resp doc"
)
POINTED = tuple(_POINTED.split())


def in_full(folded: str) -> str:
    """A folded sentence with its short words written in full and its turns of phrase made plain."""
    if "&" in folded:
        folded = _AND.sub(" et ", folded)
    folded = _BOTH.sub(r"\g<several>", _ALL.sub("tous", folded))
    if " qu" in folded:
        folded = _ONLY.sub(r"\1 uniquement ", folded)
    return _SHORT.sub(lambda found: _WORDS[int(str(found.lastgroup)[1:])], folded)
