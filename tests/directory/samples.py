"""Made-up records for tests; the organisations do not exist."""

from __future__ import annotations

from typing import Any


def service(id: str = "test--1", **changes: Any) -> dict[str, Any]:
    made = {
        "source": id.split("--")[0],
        "structure_id": f"{id.split('--')[0]}--s1",
        "id": id,
        "nom": "Location solidaire de voitures",
        "description": "Louer une petite voiture à prix réduit pour aller au travail ou en formation." * 3,
        "date_maj": "2026-09-01",
        "type": "aide-materielle",
        "thematiques": ["mobilite--acceder-a-un-vehicule"],
        "frais": "payant",
        "frais_precisions": "5 € par jour",
        "publics": ["tous-publics"],
        "commune": "Cholet",
        "code_postal": "49300",
        "code_insee": "49099",
        "adresse": "1 rue des Essais",
        "longitude": -0.8796,
        "latitude": 47.0587,
        "courriel": "contact@exemple.org",
        "modes_accueil": ["en-presentiel"],
        "zone_eligibilite": ["49"],
        "modes_mobilisation": ["telephoner"],
        "mobilisable_par": ["professionnels", "usagers"],
        "telephone": "+33241000000",
    }
    return {**made, **changes}


def structure(id: str = "test--s1", **changes: Any) -> dict[str, Any]:
    made = {
        "source": id.split("--")[0],
        "id": id,
        "nom": "Association d'essai",
        "date_maj": "2026-09-01",
        "code_insee": "49099",
        "commune": "Cholet",
        "code_postal": "49300",
        "telephone": "+33241000000",
    }
    return {**made, **changes}
