# SPDX-License-Identifier: LGPL-2.1-or-later
"""The receivers behind the servers of the tests answer as those that they stand for."""
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from answers import good  # noqa: E402
from receivers import CORE, ConnectorClient, Domibus, HI1  # noqa: E402
from servers import Server, ask  # noqa: E402
from tap import case, check, main, same  # noqa: E402


def effects(server, count):
    same(len(server.effects()), count, "effects")


# --- ETSI TS 103 120

TASK = "http://uri.etsi.org/03120/common/2020/09/Task"


def action(number, key, verb="CREATE", generation=""):
    generation = generation and f"<c:Generation>{generation}</c:Generation>"
    return f"""<c:ActionRequest><c:ActionIdentifier>{number}</c:ActionIdentifier><c:{verb}>
      <c:HI1Object xsi:type="t:LDTaskObject"><c:ObjectIdentifier>{key}</c:ObjectIdentifier>
      {generation}</c:HI1Object></c:{verb}></c:ActionRequest>"""


def message(*actions, transaction="t-1", core=CORE):
    return f"""<?xml version="1.0"?><c:HI1Message xmlns:c="{core}" xmlns:t="{TASK}"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><c:Header>
      <c:SenderIdentifier><c:CountryCode>AA</c:CountryCode><c:UniqueIdentifier>one
      </c:UniqueIdentifier></c:SenderIdentifier><c:ReceiverIdentifier><c:CountryCode>BB
      </c:CountryCode><c:UniqueIdentifier>two</c:UniqueIdentifier></c:ReceiverIdentifier>
      <c:TransactionIdentifier>{transaction}</c:TransactionIdentifier></c:Header><c:Payload>
      <c:RequestPayload><c:ActionRequests>{"".join(actions)}</c:ActionRequests>
      </c:RequestPayload></c:Payload></c:HI1Message>""".encode()


def hi1(server, content):
    """The answer: transaction, sender, and of each action its number, name and text."""
    said, headers, body = ask(server, None, content)
    same((said, headers["Content-Type"]), (200, "application/xml"))
    root = ElementTree.fromstring(body)
    core = root.tag[1:].partition("}")[0]
    found = [tuple("".join(x.itertext()) for x in each) + (each[-1].tag[len(core) + 2:],)
             for each in root.iter(f"{{{core}}}ActionResponse")]
    fault = root.find(f"*/*/{{{core}}}ErrorInformation/{{{core}}}ErrorCode")
    return (root.findtext(f"*/{{{core}}}TransactionIdentifier"),
            root.findtext(f"*/{{{core}}}SenderIdentifier/{{{core}}}UniqueIdentifier"),
            found if fault is None else int(fault.text))


@case("HI-1: each action is answered by its own identifiers, and each object has one effect")
def hi1_actions():
    with Server(receiver=HI1()) as server:
        both = message(action(0, "o-1"), action(1, "o-2"))
        done = [("0", "o-1", "CREATEResponse"), ("1", "o-2", "CREATEResponse")]
        same(hi1(server, both), ("t-1", "one", done))
        exists = "3010The receiver says 3010."
        same(hi1(server, both)[2], [("0", exists, "ErrorInformation"),
                                    ("1", exists, "ErrorInformation")])
        same([e.key for e in server.effects()], ["o-1", "o-2"])
        same(hi1(server, message(action(0, "o-1", "UPDATE", "2")))[2][0][2], "UPDATEResponse")
        same(hi1(server, message(action(0, "o-1", "UPDATE", "2")))[2][0][1][:4], "3008")
        same(hi1(server, message(action(0, "o-9", "UPDATE")))[2][0][1][:4], "3011")
        same(len(server.effects()), 3)
        same(hi1(server, b"no message")[2], 3000)
        other = "urn:another:core"
        same(hi1(server, message(action(7, "o-3"), core=other))[2][0][:2], ("7", "o-3"))


@case("HI-1: errors for an action or the message, and answers that do not match")
def hi1_errors():
    both = message(action(0, "o-1"), action(1, "o-2"))
    with Server(receiver=HI1(), script=[
            good(errors={1: 3008}), good(fault=3001), good(swap=True, transaction="t-9"),
            good(omit=[0]), good(identifier="o-7", errors={"o-1": 3005})]) as server:
        same([x[-1] for x in hi1(server, both)[2]], ["CREATEResponse", "ErrorInformation"])
        effects(server, 1)
        same(hi1(server, both), ("t-1", "one", 3001))
        effects(server, 1)
        same(hi1(server, both)[:2], ("t-9", "two"))
        same([x[0] for x in hi1(server, both)[2]], ["1"])
        same([x[1] for x in hi1(server, message(action(0, "o-3")))[2]], ["o-7"])
        same(len(server.effects()), 3)


@case("HI-1 as JSON")
def hi1_json():
    request = {"@xmlns": CORE, "Header": {"TransactionIdentifier": "t-2"}, "Payload": {
        "RequestPayload": {"ActionRequests": {"ActionRequest": [
            {"ActionIdentifier": 0, "CREATE": {"HI1Object": {"ObjectIdentifier": "o-1"}}}]}}}}
    with Server(receiver=HI1()) as server:
        for said in ({"CREATEResponse": {"Identifier": "o-1"}},
                     {"ErrorInformation": {"ErrorCode": 3010,
                                           "ErrorDescription": "The receiver says 3010."}}):
            answer = json.loads(ask(server, None, json.dumps(request))[2])
            same(answer["Header"]["TransactionIdentifier"], "t-2")
            same(answer["Payload"]["ResponsePayload"]["ActionResponses"],
                 {"ActionResponse": [{"ActionIdentifier": 0, **said}]})
        effects(server, 1)


# --- e-CODEX

@case("the connector-client takes messages and gives confirmations")
def connector():
    submit = "/submissionrestservice/submitNewMessageFromBackendToConnectorClient"
    confirmed = "/messagerestservice/requestRejectedOrConfirmedMessagesFromConnectorClient"
    sent = dict.fromkeys(("originalSender", "finalRecipient", "fromPartyId", "toPartyId",
                          "service", "action"), "x")
    sent["files"] = [{"fileName": "a.xml", "fileType": "BUSINESS_CONTENT",
                      "fileContent": "PGEvPg=="}]

    def submits(key, **more):
        return json.loads(ask(server, None, json.dumps({**sent, "backendMessageId": key,
                                                        **more}), submit)[2])

    def confirmations(path=confirmed):
        found = json.loads(ask(server, None, None, path, "GET")[2])["messages"]
        return {m["backendMessageId"]: [e["confirmationType"] for e in m["evidences"]]
                for m in found}
    with Server(receiver=ConnectorClient()) as server:
        server.receiver.confirm("m-1", "RELAY_REMMD_ACCEPTANCE")
        same(confirmations(), {})
        same([submits("m-1"), submits("m-1"), submits("m-2"), submits("m-3", files=[])],
             [True, True, True, False])
        effects(server, 2)
        server.receiver.confirm("m-1")
        server.receiver.reject("m-2")
        by_id = "/restservice/getMessageByBackendMessageId?backendMessageId="
        message = json.loads(ask(server, None, None, f"{by_id}m-2", "GET")[2])
        same([e["confirmationType"] for e in message["evidences"]], ["SUBMISSION_REJECTION"])
        same(json.loads(ask(server, None, None, f"{by_id}m-9", "GET")[2]), None)
        same(confirmations(), {"m-1": ["RELAY_REMMD_ACCEPTANCE", "DELIVERY"],
                               "m-2": ["SUBMISSION_REJECTION"]})
        same(confirmations(), {})
        server.script = [good(accepts=False)]
        same([submits("m-4"), submits("m-4")], [False, True])
        effects(server, 3)
        same(ask(server, path="/other")[0], 404)
    with Server(receiver=ConnectorClient(again="double")) as server:
        same([submits("m-1"), submits("m-1")], [True, True])
        effects(server, 2)


ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:e="http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
 xmlns:b="http://org.ecodex.backend/1_1/">%s</s:Envelope>"""
SUBMIT = """<s:Header><e:Messaging><e:UserMessage><e:MessageInfo><e:MessageId>%s</e:MessageId>
 </e:MessageInfo><e:PartyInfo><e:From><e:PartyId>a</e:PartyId><e:Role>r</e:Role></e:From>
 </e:PartyInfo><e:CollaborationInfo><e:Service>s</e:Service><e:Action>a</e:Action>
 </e:CollaborationInfo><e:PayloadInfo><e:PartInfo href="cid:one"/></e:PayloadInfo>
 </e:UserMessage></e:Messaging></s:Header><s:Body><b:submitRequest><payload payloadId="%s">
 <value>PGEvPg==</value></payload></b:submitRequest></s:Body>"""
STATUS = "<s:Body><b:statusRequest><messageID>%s</messageID></b:statusRequest></s:Body>"


@case("Domibus takes a message, tells its state, and faults")
def domibus():
    def says(content, kind="application/soap+xml; charset=UTF-8", envelope=ENVELOPE):
        status_, headers, body = ask(server, None, envelope % content, "/services/backend",
                                     **{"Content-Type": kind})
        check(headers["Content-Type"].startswith("application/soap+xml"))
        inner = ElementTree.fromstring(body)[0][0]
        return status_, inner.tag.rpartition("}")[2], "".join(inner.itertext())
    with Server(receiver=Domibus()) as server:
        submit = SUBMIT % ("m-1", "cid:one")
        same(says(submit), (200, "submitResponse", "m-1"))
        code, name, text = says(submit)
        same((code, name, "already exists" in text), (500, "Fault", True))
        same(says(SUBMIT % ("m-2", "cid:other"))[:2], (500, "Fault"))
        same(says(submit, "text/xml")[:2], (500, "Fault"))
        same(says("")[:2], (500, "Fault"))
        effects(server, 1)
        same(says(STATUS % "m-1")[2], "ACKNOWLEDGED")
        same(says(STATUS % "m-9")[2], "NOT_FOUND")
        server.receiver.states["m-1"] = "SEND_FAILURE"
        same(says(STATUS % "m-1")[2], "SEND_FAILURE")
        server.script = [good(fault=("EBMS_0003", "out of order"))]
        code, name, text = says(SUBMIT % ("m-3", "cid:one"))
        same((code, name, "EBMS_0003" in text), (500, "Fault", True))
        parts = ("--B\r\nContent-Type: application/xop+xml\r\n\r\n%s\r\n--B--\r\n"
                 % ENVELOPE)
        same(says(SUBMIT % ("m-4", "cid:one"), 'multipart/related; boundary="B"', parts),
             (200, "submitResponse", "m-4"))
        effects(server, 2)


main()
