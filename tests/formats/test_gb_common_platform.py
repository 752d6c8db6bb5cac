# SPDX-License-Identifier: LGPL-2.1-or-later
"""The prosecution case of the Common Platform: there and back, requests of other formats as a
case, and what the schema asks of what is written."""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, case, cases, check, file, main, run, same, shared  # noqa: E402

FORMAT = "gb-common-platform"
SAMPLES = SOURCE / "plugins" / FORMAT / "samples"
WAYS = ("convention-json", "convention-xml")
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Of each object: members that it must have, and members that it may have; (name) is an object
# of the table, [name] a list of such.  What stands in no table is kept from a source as it is.
PERSON = ("lastName gender", "title firstName middleName dateOfBirth nationalityId "
          "nationalityCode nationalityDescription additionalNationalityId "
          "additionalNationalityCode additionalNationalityDescription disabilityStatus "
          "ethnicity interpreterLanguageNeeds documentationLanguageNeeds "
          "nationalInsuranceNumber occupation occupationCode specificRequirements "
          "address=(address) contact=(contact)")
SCHEMA = {
    "case": ("id prosecutionCaseIdentifier=(identifier) initiationCode defendants=[defendant]",
             "originatingOrganisation caseStatus policeOfficerInCase=(officer) isCivil "
             "statementOfFacts statementOfFactsWelsh breachProceedingsPending "
             "appealProceedingsPending caseMarkers classOfCase isCpsOrgVerifyError "
             "summonsCode"),
    "identifier": ("prosecutionAuthorityId prosecutionAuthorityCode",
                   "caseURN prosecutionAuthorityReference prosecutionAuthorityName "
                   "prosecutionAuthorityOUCode majorCreditorCode address=(address) "
                   "contact=(contact)"),
    "officer": ("personDetails=(person) policeOfficerRank policeWorkerReferenceNumber "
                "policeWorkerLocationCode", ""),
    "person": PERSON,
    "address": ("address1", "address2 address3 address4 address5 postcode"),
    "contact": ("", "home work mobile primaryEmail secondaryEmail fax"),
    "organisation": ("name", "incorporationNumber registeredCharityNumber address=(address) "
                     "contact=(contact)"),
    "legal": ("organisation=(organisation)", ""),
    "alias": ("", "title firstName middleName lastName legalEntityName"),
    "associated": ("person=(person)", "role"),
    "natural": ("personDetails=(person)", "bailStatus bailConditions bailReasons "
                "custodyTimeLimit perceivedBirthYear driverNumber driverLicenceCode "
                "driverLicenseIssue vehicleOperatorLicenceNumber arrestSummonsNumber "
                "employerOrganisation=(organisation) employerPayrollReference"),
    "defendant": ("id prosecutionCaseId offences=[offence]",
                  "masterDefendantId numberOfPreviousConvictionsCited "
                  "prosecutionAuthorityReference witnessStatement witnessStatementWelsh "
                  "mitigation mitigationWelsh associatedPersons=[associated] "
                  "defenceOrganisation=(organisation) associatedDefenceOrganisation "
                  "personDefendant=(natural) legalEntityDefendant=(legal) aliases=[alias] "
                  "judicialResults croNumber pncId legalAidStatus proceedingsConcluded "
                  "isYouth"),
    "offence": ("id offenceDefinitionId offenceCode offenceTitle wording startDate",
                "offenceTitleWelsh offenceLegislation offenceLegislationWelsh modeOfTrial "
                "wordingWelsh endDate arrestDate chargeDate laidDate dateOfInformation "
                "orderIndex count convictionDate notifiedPlea indicatedPlea "
                "allocationDecision plea verdict offenceFacts aquittalDate victims=[person] "
                "judicialResults isDiscontinued isIntroduceAfterInitialProceedings "
                "laaApplnReference custodyTimeLimit proceedingsConcluded dvlaOffenceCode "
                "committingCourt offenceDateCode reportingRestrictions"),
}


def faults(value, name="case", at=""):
    """What the table does not allow."""
    if not isinstance(value, dict):
        return [f"{at}: no object"]
    must, may = (dict(m.partition("=")[::2] for m in part.split()) for part in SCHEMA[name])
    found = [f"{at}/{m} is missing" for m in must if m not in value]
    found += [f"{at}/{m} is not allowed" for m in value if m not in must and m not in may]
    if name == "identifier":
        one = [m for m in ("caseURN", "prosecutionAuthorityReference") if m in value]
        found += [] if len(one) == 1 else [f"{at}: one reference of {one}"]
    for member, inner in value.items():
        of = must.get(member) or may.get(member) or ""
        if of[:1] == "(":
            found += faults(inner, of[1:-1], f"{at}/{member}")
        elif of:
            check(inner, f"{at}/{member} is empty")
            for i, entry in enumerate(inner):
                found += faults(entry, of[1:-1], f"{at}/{member}/{i}")
    return found


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def convert(data, to, *more):
    made = run("convert", "-t", to, *more, stdin=data, report=True)
    same(made.status, 0, made)
    return made


def record(data):
    return json.loads(convert(data, "convention-json").out)


@cases("{0} is told, and comes back byte for byte", [(p.stem,) for p in SAMPLES.iterdir()])
def back(name):
    data = sample(name)
    same(run("detect", "-", stdin=data).out.split()[1:2], [FORMAT.encode()], "format")
    same(faults(json.loads(data)), [], "the sample itself")
    for way in WAYS:
        same(convert(convert(data, way).out, FORMAT).out, data, way)
    check(b"0 differences" in run("roundtrip", "-", stdin=data).out, "roundtrip")


@case("the shared sample comes back with the same members, values and order")
def _():
    path = shared("data", "national", "gb_cpp_prosecution_case_all_fields.json")
    data = path.read_bytes()
    same(run("detect", path).out.split()[1:2], [FORMAT.encode()], "format")
    for way in WAYS:
        made = convert(convert(data, way).out, FORMAT).out
        same(json.loads(made, object_pairs_hook=list), json.loads(data, object_pairs_hook=list),
             way)
    check(b"0 differences" in run("roundtrip", path).out, "roundtrip")
    same(faults(json.loads(data)), [], "the table")


@case("a case is read: authority, persons, offences, facts")
def _():
    read = record(sample("bridge"))
    same((read["kind"], read["proceeding"]["nature"]),
         ("mutual-legal-assistance", "prosecution"), "kind")
    same(read["requesting"]["authority"]["name"], "Example Prosecution Office", "authority")
    check({"scheme": "gb-urn", "value": "99EX0000126"} in read["proceeding"]["references"],
          read["proceeding"])
    [person] = read["persons"]
    same((person["role"], person["type"], person["sex"], person["nationalities"]),
         ("accused", "natural", "male", ["IE"]), "person")
    same((person["name"], person["birth"]["date"]),
         ({"family": "Quillfeather", "given": "Barnaby", "title": "MR"}, "1990-02-28"), "name")
    same(person["addresses"], [{"postal_code": "EX1 1AA", "country": "GB"}], "addresses")
    same(person["relatives"][0]["relation"], "father", "relative")
    same(person["other_names"][0]["name"], {"family": "Quill", "given": "Barney"}, "alias")
    first, second = read["offences"]
    same((first["title"], first["date"], first["provisions"][0]["citation"]),
         ("Sale of a bridge", "2026-08-03", "Example Act 2001, section 44"), "offence")
    same(second["period"], {"to": "2026-08-09"}, "period")
    check({"language": "cy", "of": "title", "text": "Gwerthu pont"} in first["translations"],
          first)
    legal = record(sample("company"))["persons"][0]
    same((legal["type"], legal["name"]["full"], legal["registration"]["number"]),
         ("legal", "Nowhere Maps Limited", "00000000"), "legal person")


# --- requests of other formats

def uuid(number):
    return f"00000000-0000-4000-8000-{number:012}"


def overlay(first_reference=0, count=1, **person):
    """What the schema requires and a request does not state."""
    references = [{}] * first_reference + [{"scheme": "gb-authority", "value": "EX/1"},
                                           {"scheme": "gb-case-id", "value": uuid(1)}]
    given = {
        "requesting": {"authority": {"identifiers": [
            {"scheme": "gb-authority-id", "value": uuid(2)},
            {"scheme": "gb-authority-code", "value": "EXAMPLE"}]}},
        "proceeding": {"references": references},
        "persons": [{"role": "accused", "type": "natural", "sex": "male",
                     "identifiers": [{"scheme": "gb-defendant-id", "value": uuid(3)}],
                     **person}],
        "offences": [{"date": "2026-06-06", "title": f"Offence {i}", "description": "wording",
                      "codes": [{"scheme": "gb-offence", "value": f"EX{i}"},
                                {"scheme": "gb-offence-definition", "value": uuid(10 + i)}]}
                     for i in range(count)]}
    return file(json.dumps(given), "overlay.json")


def required(data, *more):
    made = run("convert", "-t", FORMAT, *more, stdin=data, report=True)
    same((made.status, made.out), (5, b""), made)
    return {f["field"] for f in made.of("model.required")}


FOREIGN = (("ru-upk454", "tamozhnya", 0, 1, {"name": {"family": "Nebyvalov", "given": "Zakhar"},
                                             "birth": {"date": "1985-03-05"}}),
           ("br-drci", "invasao", 1, 2, {"birth": {"date": "1996-01-02"}}))


@cases("{0} becomes a case once what the schema requires is supplied; losses are told", FOREIGN)
def foreign(form, name, references, count, person):
    data = (SOURCE / "plugins" / form / "samples" / f"{name}.txt").read_bytes()
    same(required(data), {"proceeding.references[scheme=gb-authority].value"}, "kind")
    number = f"proceeding.references[{references}]"
    asked = required(data, "--set", f"{number}.scheme=gb-authority", "--set",
                     f"{number}.value=EX/1")
    check(asked >= {"proceeding.references[scheme=gb-case-id].value",
                    "requesting.authority.identifiers[scheme=gb-authority-id].value",
                    "requesting.authority.identifiers[scheme=gb-authority-code].value",
                    "identifiers[scheme=gb-defendant-id].value",
                    "codes[scheme=gb-offence-definition].value",
                    "codes[scheme=gb-offence].value", "description", "date"}, asked)
    made = convert(data, FORMAT, "--overlay", overlay(references, count, **person))
    written = json.loads(made.out)
    same(faults(written), [], "the schema")
    same(run("detect", "-", stdin=made.out).out.split()[1:2], [FORMAT.encode()], "format")
    [defendant] = written["defendants"]
    same(defendant["prosecutionCaseId"], written["id"], "the case's id")
    same([o["offenceCode"] for o in defendant["offences"]], [f"EX{i}" for i in range(count)],
         "offences")
    check(all(UUID.fullmatch(o["id"]) for o in defendant["offences"]), defendant)
    same(written["initiationCode"], "O", "other")
    lost = {f.get("field") for f in made.graver("loss")}
    check(lost >= {"assistance[0].description", "purpose.text", "signature.text"}, lost)


@case("a suspect is no defendant: who is accused has to be said")
def _():
    data = (SOURCE / "plugins/br-drci/samples/conta.txt").read_bytes()
    asked = required(data, "--set", "proceeding.references[0].scheme=gb-authority")
    check("persons[]" in asked, asked)


@case("what is not stated of a person is written as not stated, and told")
def _():
    read = record(sample("bridge"))
    person = read["persons"][0]
    person["name"], person["sex"] = {"full": "Barnaby Quillfeather"}, "other"
    made = convert(json.dumps(read).encode(), FORMAT)
    details = json.loads(made.out)["defendants"][0]["personDefendant"]["personDetails"]
    same((details["lastName"], details["gender"]), ("NOT STATED", "NOT_SPECIFIED"), "details")
    same({f["field"] for f in made.of("model.made")}, {"name.family", "sex"}, "made")
    same({f["field"] for f in made.graver("loss")},
         {"persons[0].name.full", "persons[0].sex"}, "lost")
    again = record(made.out)["persons"][0]
    check("sex" not in again and "name" not in again, again)


@case("natural or legal is not guessed: the particulars of who is neither are lost, and told")
def _():
    read = record(sample("bridge"))
    del read["persons"][0]["type"]
    made = convert(json.dumps(read).encode(), FORMAT)
    check("persons[0].name.family" in {f["field"] for f in made.graver("loss")}, made)


@case("a postcode is written of an address that states GB alone")
def _():
    read = record(sample("bridge"))
    for country, postcode in (("GB", "EX1 1AA"), ("FR", None), (None, None)):
        address = {"postal_code": "EX1 1AA", "country": country}
        read["persons"][0]["addresses"] = [{k: v for k, v in address.items() if v}]
        made = convert(json.dumps(read).encode(), FORMAT)
        person = json.loads(made.out)["defendants"][0]["personDefendant"]
        same(person["personDetails"]["address"].get("postcode"), postcode, country)
        lost = {f["field"] for f in made.graver("loss")}
        same("persons[0].addresses[0].postal_code" in lost, postcode is None, lost)


@case("several defendants are read; they are refused rather than charged with each other's")
def _():
    data = json.loads(sample("bridge"))
    other = json.loads(json.dumps(data["defendants"][0]).replace("55555555550", "55555555570"))
    other["prosecutionCaseId"] = data["id"]
    data["defendants"].append(other)
    read = convert(json.dumps(data).encode(), "convention-json").out
    same((len(json.loads(read)["persons"]), len(json.loads(read)["offences"])), (2, 4), "read")
    same(required(read), {"/offences[]"}, "refused")


# --- what is wrong

@case("what is wrong is named at its place, and the rest is read")
def _():
    data = json.loads(sample("bridge"))
    defendant = data["defendants"][0]
    details = defendant["personDefendant"]["personDetails"]
    details.update(dateOfBirth="1990-02-30", gender="FISH", nationalityCode="Irish")
    defendant["offences"][0]["startDate"] = "3 August"
    defendant["aliases"] = "Barney"
    made = convert(json.dumps(data).encode(), "convention-json")
    found = {(f["code"], f["source"]) for f in made.graver("warning")}
    one, person = "/defendants/0", "/defendants/0/personDefendant/personDetails"
    same(found, {("model.date", f"{person}/dateOfBirth"), ("model.code", f"{person}/gender"),
                 ("model.country", f"{person}/nationalityCode"),
                 ("model.date", f"{one}/offences/0/startDate"),
                 ("model.type", f"{one}/aliases")}, "findings")
    read = json.loads(made.out)
    same(read["persons"][0]["birth"]["date"], "1990-02-30", "as written")
    same(read["facts"]["summary"][:15], "On 3 August 202", "the rest")
    same(json.loads(convert(made.out, FORMAT).out), data, "and back")


@case("a case without a reference is no case")
def _():
    data = json.loads(sample("bridge"))
    del data["prosecutionCaseIdentifier"]["caseURN"]
    made = run("convert", "-f", FORMAT, "-t", "convention-json", stdin=json.dumps(data))
    same((made.status, made.out), (4, b""), made)
    check(b"[model.kind]" in made.err, made)


main()
