# SPDX-License-Identifier: LGPL-2.1-or-later
# What an integrator would write to take a request out of NIEM (us-niem): the fields that comity
# gives, one line a message.
def list: if . == null then [] elif type == "array" then . else [.] end;
def present: with_entries(select(.value != null and .value != {} and .value != []));
def role: {"Suspect": "suspect", "Victim": "victim", "Witness": "witness"}[.] // .;
.["ext:AssistanceRequest"] | {
  schema: "urn:comity:convention:1",
  kind: "mutual-legal-assistance",
  id: .["nc:DocumentIdentification"]["nc:IdentificationID"],
  issued: .["nc:DocumentCreationDate"]["nc:Date"],
  urgency: ({"Urgent": "urgent", "Emergency": "emergency"}[.["ext:UrgencyText"] // ""]
    // .["ext:UrgencyText"]),
  deadlines: (.["nc:ActivityDueDate"]["nc:Date"] | list | map({date: .})),
  requesting: ({state: .["nc:DocumentAuthor"]["ext:CountryCode"],
    authority: ({name: .["nc:DocumentAuthor"]["nc:EntityOrganization"]["nc:OrganizationName"]}
      | present)} | present),
  requested: ({state: .["nc:DocumentRecipient"]["ext:CountryCode"],
    authority: ({name: .["nc:DocumentRecipient"]["nc:EntityOrganization"]["nc:OrganizationName"]}
      | present)} | present),
  proceeding: ({name: .["nc:Case"]["nc:CaseTitleText"],
    references: (.["nc:Case"]["nc:CaseDocketID"] | list | map({value: .}))} | present),
  persons: (.["nc:Person"] | list | map({
    role: (.["ext:PersonRoleText"] | if . then role else null end),
    name: ({full: .["nc:PersonName"]["nc:PersonFullName"],
      family: .["nc:PersonName"]["nc:PersonSurName"],
      given: .["nc:PersonName"]["nc:PersonGivenName"]} | present),
    sex: ({"Female": "female", "Male": "male"}[.["ext:PersonSexText"] // ""]
      // .["ext:PersonSexText"]),
    birth: ({date: .["nc:PersonBirthDate"]["nc:Date"], place: .["ext:BirthPlaceText"]}
      | present),
    nationalities: (.["nc:PersonCitizenship"] | list)} | present)),
  accounts: (.["nc:ElectronicAddress"] | list | map({type: .["ext:AccountCategoryText"],
    value: .["ext:AccountID"], provider: .["ext:ProviderName"]} | present)),
  offences: (.["nc:Case"]["j:CaseAugmentation"]["j:CaseCharge"] | list | map({
    title: .["j:ChargeDescriptionText"],
    provisions: (.["j:ChargeStatute"] | list | map({citation: .["j:StatuteText"],
      text: .["ext:StatuteWordingText"]} | present)),
    penalty: ({text: .["ext:PenaltyText"]} | present)} | present)),
  facts: ({summary: .["nc:ActivityNarrative"]["nc:CommentText"]} | present),
  assistance: (.["j:CourtOrderDesignatedItem"] | list | map({
    description: .["j:CourtOrderRequestReasonText"],
    procedure: .["j:CourtOrderSpecialInstructionText"]} | present)),
  purpose: ({text: .["nc:ActivityReasonText"]} | present),
  confidentiality: ({text: .["nc:DocumentSensitivityText"]} | present)
} | present
