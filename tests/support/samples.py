# SPDX-License-Identifier: LGPL-2.1-or-later
"""Invented documents: notices of the public service's shape and canonical requests.  No person,
place, case or number in them exists."""
from tap import number

SERVICE = "https://ws-public.interpol.int/notices/v1"


def links(colour, entity):
    at = f"{SERVICE}/{colour}/{str(entity).replace('/', '-')}"
    return {"self": {"href": at}, "images": {"href": at + "/images"},
            "thumbnail": {"href": at + "/images/700001"}}


def changed(document, changes):
    """The document with members changed, added, or (with ...) taken out."""
    result = dict(document)
    for name, value in changes.items():
        if value is ...:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def warrant(charge="Theft of a lighthouse", country="AR", translation=None):
    return {"charge": charge, "issuing_country_id": country, "charge_translation": translation}


def red(**changes):
    entity = changes.get("entity_id", "1899/7001")
    return changed({
        "date_of_birth": "1861/04/17", "distinguishing_marks": None, "weight": 0,
        "nationalities": ["AR"], "entity_id": entity, "eyes_colors_id": ["BROH"],
        "sex_id": "F", "place_of_birth": "Puerto Quimera", "forename": "ORELIA",
        "arrest_warrants": [warrant()], "country_of_birth_id": "AR", "hairs_id": None,
        "name": "VANTREX", "languages_spoken_ids": ["SPA", "GER"], "height": number("1.725"),
        "_embedded": {"links": []}, "_links": links("red", entity)}, changes)


def yellow(**changes):
    entity = changes.get("entity_id", "1899/7002")
    return changed({
        "country": "NO", "date_of_birth": "1889/01/30", "mother_name": "Ostgaard-Plim",
        "countries_likely_to_be_visited": ["SE", None, "DK"], "mother_forename": None,
        "nationalities": ["NO"], "eyes_colors_id": ["BLU"], "sex_id": "M",
        "forename": "Tindre", "country_of_birth_id": None, "issuing_country": "SE",
        "hairs_id": ["YELB"], "place": "Fjordvika", "languages_spoken_ids": ["NOR"],
        "date_of_event": "1898/11", "height": 1, "father_forename": "Krell",
        "distinguishing_marks": "a small scar\r\nbehind the left ear", "birth_name": None,
        "weight": None, "entity_id": entity, "place_of_birth": "-", "father_name": "Plim",
        "name": "Plim", "_embedded": {"links": []}, "_links": links("yellow", entity)}, changes)


def linked(colour="YELLOW", entity="1899/7003"):
    at = links(colour.lower(), entity)
    return {"forename": "NILVA", "color": colour, "name": "VANTREX", "entity_id": entity,
            "_links": {"self": at["self"], "thumbnail": at["thumbnail"]}}


def un_person(**changes):
    entity = "1899/7010"
    return changed({
        "entity_id": entity, "un_reference": "QDi.9901", "un_reference_date": "1899/03/02",
        "un_resolution": 1267, "name": "QARLEN", "forename": "BESTIK",
        "name_in_original_script": "Карлен", "forename_in_original_script": "Бестик",
        "name_at_birth": "QARLENO", "date_of_birth": "1860/00/00",
        "place_of_birth": "Ulmaz Valley", "country_of_birth_id": "UZ", "sex_id": "M",
        "nationalities": ["UZ", "TJ"], "languages_spoken_ids": ["UZB"], "height": 0,
        "weight": number("74.5"), "profession": "Clockmaker", "father_name": "Qarlen",
        "father_forename": "Old Bestik", "mother_name": None, "mother_forename": "Ilsa",
        "aliases": [
            {"qualification": "Good", "forename": "BES", "name": "QARL",
             "date_of_birth": "1861", "country_of_birth_id": None, "place_of_birth": None,
             "name_in_original_script": "Карл", "forename_in_original_script": None},
            {"qualification": "Low", "forename": None, "name": "THE CLOCK",
             "date_of_birth": None, "country_of_birth_id": "TJ", "place_of_birth": "Zarim",
             "name_in_original_script": None, "forename_in_original_script": None}],
        "identity_documents": [
            {"type": "PASSPORT", "nr": "ZZ 000 001", "issuing_country_id": "UZ",
             "citizenship_id": "TJ", "issued_on": "1890/05/06", "expiry_date": "1900/05/06",
             "place_of_issue": "Zarim"}],
        "adresses": ["1 Nowhere Lane, Zarim", "Ulmaz Valley"],
        "associates": [{"name": "Trom Velk"}], "purposes": ["Assets Freeze", "Travel Ban"],
        "main_activity": "Invented trade in invented clocks", "summary": "Listed, in a tale.",
        "additional_information": "None of this is so.", "distinguishing_marks": "wears a bell",
        "eyes_colors_id": ["GRY"], "hairs_id": ["WHI", "HAIB"],
        "_embedded": {"links": []}, "_links": links("un/persons", entity)}, changes)


def un_entity(**changes):
    entity = "1899/7011"
    return changed({
        "entity_id": entity, "un_reference": "QDe.9902", "un_reference_date": "1899/03/02",
        "un_resolution": "1988", "name": "Velk Brothers Clockworks", "forename": None,
        "also_known_as": "Velk Clocks; Clocks of Velk",
        "formerly_known_as": "F.K.A.: Trom & Co",
        "legal_form": "Partnership", "registration_number": "CW-0001",
        "from_chamber_of_commerce": "Chamber of Zarim",
        "administrators": [{"name": "Trom Velk"}, {"name": "Dorn Velk"}],
        "adresses": ["2 Nowhere Lane, Zarim"], "purposes": ["Assets Freeze"],
        "main_activity": "Clocks", "summary": "Listed, in the same tale.",
        "_embedded": {"links": []}, "_links": links("un/entities", entity)}, changes)


def list_item(entity, colour="red", **changes):
    return changed({"date_of_birth": "1861/04/17", "nationalities": ["AR"], "entity_id": entity,
                    "forename": "ORELIA", "name": "VANTREX", "_links": links(colour, entity)},
                   changes)


def list_response(items, **changes):
    at = SERVICE + "/red?page={}&resultPerPage=20"
    return changed({
        "total": 6432, "query": {"page": 1, "resultPerPage": 20,
                                 "arrestWarrantCountryId": "AR"},
        "_embedded": {"notices": items},
        "_links": {"self": {"href": at.format(1)}, "first": {"href": at.format(1)},
                   "next": {"href": at.format(2)}, "last": {"href": at.format(8)}}}, changes)


def request(**changes):
    """A canonical request for provisional arrest that interpol-red can carry whole."""
    return changed({
        "schema": "urn:comity:convention:1", "kind": "provisional-arrest", "id": "1899/7020",
        "channel": "interpol",
        "requesting": {"state": "AR",
                       "references": [{"scheme": "interpol", "value": "1899/7020"}]},
        "persons": [{
            "role": "sought", "name": {"family": "VANTREX", "given": "ORELIA"}, "sex": "female",
            "birth": {"date": "1861-04", "place": "Puerto Quimera", "country": "AR"},
            "nationalities": ["AR"], "languages": ["es"],
            "description": {"height": {"value": "1.725", "unit": "m"}, "eyes": ["hazel"]}}],
        "offences": [{"title": "Theft of a lighthouse",
                      "order": {"type": "arrest-warrant", "state": "AR"}}]}, changes)


def invented():
    """(name, format, document) of the notices that many tests walk through."""
    yield "a red notice", "interpol-red", red()
    yield "a red notice with several warrants", "interpol-red", red(arrest_warrants=[
        warrant("1) Fraud\r\n2)\tForgery", "BR", "1) Fraud / 2) Forgery"),
        warrant("تزوير\r\n", "BR"), warrant("Fraud\u2028again \U0001F512 \u0085", "BR")])
    yield "a red notice with linked notices", "interpol-red", red(
        _embedded={"links": [linked(), linked("RED", "1899/7004")]})
    yield "a yellow notice", "interpol-yellow", yellow()
    yield "a yellow notice with links", "interpol-yellow", yellow(
        _embedded={"links": [linked("RED")]}, birth_name="Ostgaard")
    yield "a UN notice of a person", "interpol-un", un_person()
    yield "a UN notice with a resolution as text", "interpol-un", \
        un_person(un_resolution="1267")
    yield "a UN notice of an entity", "interpol-un", un_entity()
    yield "a list of two notices", "interpol-list", list_response(
        [list_item("1899/7030"), list_item("1899/7031", forename=None)])
    yield "a list with the notices of three services", "interpol-list", list_response(
        [list_item("1899/7032"), list_item("1899/7033", "yellow"),
         list_item("1899/7034", "un/persons", un_reference="QDi.9903")])
