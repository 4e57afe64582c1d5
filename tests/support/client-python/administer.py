"""The published Python client does everything that the dialect has for administrators against a running
gateway.

Environment: GATE (where the gateway's own pages are), ADMIN (the admin listener), TOKEN (an access
token). Ends with status 0 and prints `done` when all went as it should.
"""

import json
import os
import re
import time
import urllib.request

import ory_kratos_client as ory
from ory_kratos_client.exceptions import ApiException

GATE, ADMIN, TOKEN = os.environ["GATE"], os.environ["ADMIN"], os.environ["TOKEN"]
EMAIL, PASSWORD = "ada@example.org", "wonderland-4711"


def client(**more):
    return ory.ApiClient(ory.Configuration(host=ADMIN, **more))


API = ory.IdentityApi(
    client(api_key={"oryAccessToken": TOKEN}, api_key_prefix={"oryAccessToken": "Bearer"})
)
PEOPLE = ory.FrontendApi(ory.ApiClient(ory.Configuration(host=GATE)))


def refused(call, *arguments, **named):
    """The status with which something is refused."""
    try:
        call(*arguments, **named)
    except ApiException as error:
        return error.status
    raise AssertionError("nothing was refused")


def traits(email, first="Ada"):
    return {"email": email, "name": {"first": first, "last": "Archer"}}


def sign_in():
    flow = PEOPLE.create_native_login_flow()
    method = ory.UpdateLoginFlowWithPasswordMethod(
        method="password", identifier=EMAIL, password=PASSWORD
    )
    answer = PEOPLE.update_login_flow(flow.id, ory.UpdateLoginFlowBody(method))
    return answer.session


def identities():
    password = {"password": {"config": {"password": PASSWORD}}}
    body = ory.CreateIdentityBody.from_dict(
        {
            "schema_id": "default",
            "traits": traits(EMAIL),
            "external_id": "crm-1",
            "metadata_public": {"shelf": 7},
            "metadata_admin": {"note": "vip"},
            "credentials": password,
        }
    )
    created = API.create_identity_with_http_info(body)
    assert created.status_code == 201
    identity = created.data
    assert created.headers["location"].endswith(identity.id)
    found = API.get_identity(identity.id, include_credential=["password"])
    assert found.metadata_admin == {"note": "vip"}
    assert found.credentials["password"].identifiers == [EMAIL]
    assert API.get_identity_by_external_id("crm-1").id == identity.id
    whole = ory.UpdateIdentityBody(
        schema_id="default", state="active", traits=traits(EMAIL, "Augusta")
    )
    replaced = API.update_identity(identity.id, update_identity_body=whole)
    assert replaced.traits["name"]["first"] == "Augusta"
    patch = ory.JsonPatch(op="replace", path="/traits/name/first", value="Ada")
    patched = API.patch_identity(identity.id, json_patch=[patch])
    assert patched.traits["name"]["first"] == "Ada"
    protected = [ory.JsonPatch(op="remove", path="/id")]
    assert refused(API.patch_identity, identity.id, json_patch=protected) == 400
    return identity.id


def many(own):
    new = [traits(f"{name}@example.org", name) for name in ("bob", "carol", "dan")]
    bodies = [
        ory.CreateIdentityBody(schema_id="default", traits=one) for one in (*new, traits(EMAIL))
    ]
    batch = ory.PatchIdentitiesBody(identities=[ory.IdentityPatch(create=one) for one in bodies])
    answer = API.batch_patch_identities(batch)
    assert [one.action for one in answer.identities] == ["create"] * 3 + ["error"]
    seen, token = set(), None
    while True:
        page = API.list_identities_with_http_info(page_size=3, page_token=token)
        seen.update(one.id for one in page.data)
        following = re.search('page_token=([^&>]+)[^>]*>; rel="next"', page.headers["link"])
        if not following:
            break
        token = following.group(1)
    assert len(seen) == 4 and own in seen
    found = API.list_identities(credentials_identifier=EMAIL)
    assert [one.id for one in found] == [own]


def act_as(own):
    """Begins a session in which this program acts as somebody else."""
    request = urllib.request.Request(
        f"{ADMIN}/admin/identities/{own}/impersonate",
        data=json.dumps({"reason": "a story"}).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["session"]["id"]


def sessions(own):
    session, other = sign_in(), sign_in()
    assert len(API.list_identity_sessions(own, active=True)) == 2
    listed = API.list_sessions(page_size=10, active=True, expand=["identity", "devices"])
    mine = next(one for one in listed if one.id == session.id)
    assert mine.identity.id == own and mine.devices
    assert API.get_session(session.id, expand=["identity"]).active
    assert API.extend_session(session.id).expires_at >= session.expires_at
    API.disable_session(other.id)
    assert [one.id for one in API.list_identity_sessions(own, active=True)] == [session.id]
    acting = act_as(own)
    listed = API.list_sessions(page_size=10, active=True)
    mine = next(one for one in listed if one.id == acting)
    assert mine.authentication_methods[0].method is None
    assert len(API.list_identity_sessions(own, active=True)) == 2
    assert API.get_session(acting).active
    API.delete_identity_sessions(own)
    assert API.list_identity_sessions(own, active=True) == []


def recovery(own):
    body = ory.CreateRecoveryCodeForIdentityBody(identity_id=own, expires_in="1h")
    code = API.create_recovery_code_for_identity(body)
    assert re.fullmatch(r"\d{6}", code.recovery_code)
    assert code.recovery_link.startswith(GATE)
    body = ory.CreateRecoveryLinkForIdentityBody(identity_id=own)
    link = API.create_recovery_link_for_identity(create_recovery_link_for_identity_body=body)
    assert link.recovery_link.startswith(GATE)


def schemas():
    listed = API.list_identity_schemas()
    assert "traits" in API.get_identity_schema(listed[0].id)["properties"]


def courier():
    api = ory.CourierApi(API.api_client)
    flow = PEOPLE.create_native_recovery_flow()
    body = ory.UpdateRecoveryFlowWithCodeMethod(method="code", email=EMAIL)
    PEOPLE.update_recovery_flow(flow.id, ory.UpdateRecoveryFlowBody(body))
    status = ory.CourierMessageStatus.SENT
    for _ in range(150):
        sent = api.list_courier_messages(page_size=10, status=status, recipient=EMAIL)
        if sent:
            break
        time.sleep(0.2)
    assert sent, "the letter is never sent"
    letter = api.get_courier_message(sent[0].id)
    assert (letter.recipient, letter.status) == (EMAIL, ory.CourierMessageStatus.SENT)
    assert letter.template_type == "recovery_code_valid"
    status = ory.CourierMessageStatus.ABANDONED
    assert api.list_courier_messages(page_size=10, status=status, recipient=EMAIL) == []
    assert refused(api.get_courier_message, "00000000-0000-4000-8000-000000000000") == 404


METADATA = ory.MetadataApi(client())
assert METADATA.get_version().version
assert METADATA.is_alive().status == "ok"
assert METADATA.is_ready().status == "ok"
ADA = identities()
many(ADA)
sessions(ADA)
recovery(ADA)
schemas()
courier()
API.delete_identity_credentials(ADA, "password")
assert "password" not in (API.get_identity(ADA).credentials or {})
API.delete_identity(ADA)
assert refused(API.get_identity, ADA) == 404
assert refused(ory.IdentityApi(client()).list_identities) == 401
print("done")
