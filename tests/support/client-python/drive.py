"""The published Python client does every flow against a running gateway, as a page's script with
cookies and as a native application with a token.

Environment: GATE (where the gateway's own pages are), MAIL_LOG (what the SMTP server of the tests
prints). Ends with status 0 and prints `done` when all went as it should.
"""

import json
import os
import re
import time

import ory_kratos_client as ory
import pyotp
from ory_kratos_client.exceptions import ApiException

GATE, MAIL_LOG = os.environ["GATE"], os.environ["MAIL_LOG"]
FIRST, SECOND = "wonderland-4711", "looking-glass-0815"


class Browser:
    """A client with the cookies of one browser; the library keeps none."""

    def __init__(self):
        self.client = ory.ApiClient(ory.Configuration(host=GATE))
        self.api = ory.FrontendApi(self.client)
        self.jar = {}
        send = self.client.rest_client.pool_manager.request

        def request(method, url, headers=None, **rest):
            headers = {**(headers or {}), "Cookie": self.cookies()}
            answer = send(method, url, headers=headers, redirect=False, **rest)
            for line in answer.headers.getlist("set-cookie"):
                name, value = re.match("([^=]+)=([^;]*)", line).groups()
                if re.search("max-age=0", line, re.IGNORECASE):
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = value
            return answer

        self.client.rest_client.pool_manager.request = request

    def cookies(self):
        return "; ".join("=".join(pair) for pair in self.jar.items())


def native():
    return ory.FrontendApi(ory.ApiClient(ory.Configuration(host=GATE)))


def csrf(flow):
    """The anti-forgery token of a form; native forms have an empty one."""
    nodes = (node.attributes.actual_instance for node in flow.ui.nodes)
    values = (one.value for one in nodes if getattr(one, "name", None) == "csrf_token")
    value = next(values)
    return getattr(value, "actual_instance", value) or None


def mailed(address, known):
    """The code in the mail to `address` after the first `known` ones; mails that only tell have none."""
    for _ in range(300):
        with open(MAIL_LOG, encoding="utf-8") as log:
            mails = [json.loads(line) for line in log if line.startswith("{")]
        mails = [mail["message"] for mail in mails if address in mail["to"]]
        codes = [code for mail in mails for code in re.findall(r"(\d{6}) is ", mail)[:1]]
        if len(codes) > known:
            return codes[known]
        time.sleep(0.1)
    raise AssertionError("no mail arrives")


def refused(status, call, *arguments, **named):
    """What the gateway refuses with, as the client hands it over."""
    try:
        call(*arguments, **named)
    except ApiException as error:
        assert error.status == status, (error.status, error.body)
        return json.loads(error.body)
    raise AssertionError(f"{call} is not refused")


def registration(email, password, flow):
    return ory.UpdateRegistrationFlowBody(
        ory.UpdateRegistrationFlowWithPasswordMethod(
            method="password",
            password=password,
            csrf_token=csrf(flow),
            traits={"email": email, "name": {"first": "Ada", "last": "Archer"}},
        )
    )


def login(email, password, flow):
    return ory.UpdateLoginFlowBody(
        ory.UpdateLoginFlowWithPasswordMethod(
            method="password", identifier=email, password=password, csrf_token=csrf(flow)
        )
    )


def profile(traits, flow):
    return ory.UpdateSettingsFlowBody(
        ory.UpdateSettingsFlowWithProfileMethod(
            method="profile", traits=traits, csrf_token=csrf(flow)
        )
    )


def new_password(password, flow):
    return ory.UpdateSettingsFlowBody(
        ory.UpdateSettingsFlowWithPasswordMethod(
            method="password", password=password, csrf_token=csrf(flow)
        )
    )


def proof(what, flow, **fields):
    """The body of a recovery or a verification by code."""
    body = getattr(ory, f"Update{what}FlowBody")
    method = getattr(ory, f"Update{what}FlowWithCodeMethod")
    return body(method(method="code", csrf_token=csrf(flow), **fields))


def begun(registered):
    """The verification that a registration has begun."""
    told = (one.actual_instance for one in registered.continue_with)
    return next(one for one in told if one.action == "show_verification_ui")


def prove(api, registered):
    """Enters the code that was mailed, in the form that the registration has begun."""
    flow = api.get_verification_flow(begun(registered).flow.id)
    code = mailed(registered.identity.traits["email"], 0)
    proved = api.update_verification_flow(flow.id, proof("Verification", flow, code=code))
    assert proved.state == "passed_challenge", proved


def in_browser(email):
    api = Browser().api
    flow = api.create_browser_registration_flow()
    rejected = refused(400, api.update_registration_flow, flow.id, registration(email, "short", flow))
    assert any(node["messages"] for node in rejected["ui"]["nodes"])
    registered = api.update_registration_flow(flow.id, registration(email, FIRST, flow))
    assert registered.session is None, "the address is proved first"
    assert registered.identity.traits["email"] == email
    prove(api, registered)
    refused(401, api.to_session)
    flow = api.create_browser_login_flow()
    api.update_login_flow(flow.id, login(email, FIRST, flow))
    session = api.to_session()
    assert session.identity.verifiable_addresses[0].verified

    flow = api.create_browser_settings_flow()
    traits = {"email": email, "name": {"first": "Augusta", "last": "Archer"}}
    saved = api.update_settings_flow(flow.id, profile(traits, flow))
    assert saved.state == "success" and saved.identity.traits["name"]["first"] == "Augusta"
    changed = api.update_settings_flow(saved.id, new_password(SECOND, saved))
    assert changed.state == "success"
    assert api.list_my_sessions() == []

    api.update_logout_flow(token=api.create_browser_logout_flow().logout_token)
    refused(401, api.to_session)
    flow = api.create_browser_login_flow()
    wrong = refused(400, api.update_login_flow, flow.id, login(email, FIRST, flow))
    # The second one is for everybody: a newcomer opens the mail first.
    assert [message["id"] for message in wrong["ui"]["messages"]] == [4000006, 1990015]
    entered = api.update_login_flow(flow.id, login(email, SECOND, flow))
    assert entered.session.active

    visitor = Browser().api
    flow = visitor.create_browser_recovery_flow()
    sent = visitor.update_recovery_flow(flow.id, proof("Recovery", flow, email=email))
    assert sent.state == "sent_email"
    body = proof("Recovery", sent, code=mailed(email, 1))
    gone = refused(422, visitor.update_recovery_flow, flow.id, body)
    assert gone["error"]["id"] == "browser_location_change_required"
    assert visitor.to_session().identity.traits["email"] == email
    refused(401, api.to_session)


def in_application(email):
    api = native()
    flow = api.create_native_registration_flow()
    registered = api.update_registration_flow(flow.id, registration(email, FIRST, flow))
    assert registered.session_token is None, "the address is proved first"
    prove(api, registered)
    flow = api.create_native_login_flow()
    token = api.update_login_flow(flow.id, login(email, FIRST, flow)).session_token
    assert api.to_session(x_session_token=token).identity.id == registered.identity.id

    flow = api.create_native_settings_flow(x_session_token=token)
    body = new_password(SECOND, flow)
    assert api.update_settings_flow(flow.id, body, x_session_token=token).state == "success"

    api.perform_native_logout(ory.PerformNativeLogoutBody(session_token=token))
    refused(401, api.to_session, x_session_token=token)
    flow = api.create_native_login_flow()
    token = api.update_login_flow(flow.id, login(email, SECOND, flow)).session_token
    assert api.to_session(x_session_token=token).active

    flow = api.create_native_recovery_flow()
    sent = api.update_recovery_flow(flow.id, proof("Recovery", flow, email=email))
    assert sent.state == "sent_email"
    passed = api.update_recovery_flow(flow.id, proof("Recovery", flow, code=mailed(email, 1)))
    assert passed.state == "passed_challenge"
    told = {one.actual_instance.action: one.actual_instance for one in passed.continue_with}
    fresh = told["set_ory_session_token"].ory_session_token
    assert api.to_session(x_session_token=fresh).identity.traits["email"] == email
    flow = api.get_settings_flow(told["show_settings_ui"].flow.id, x_session_token=fresh)
    assert flow.identity.id == registered.identity.id
    refused(401, api.to_session, x_session_token=token)


def shown(flow):
    """What a form only shows, by id."""
    nodes = (node.attributes.actual_instance for node in flow.ui.nodes)
    return {node.id: node for node in nodes if node.node_type in ("text", "img", "a")}


def inputs(flow):
    """The fields of a form, by name."""
    nodes = (node.attributes.actual_instance for node in flow.ui.nodes)
    return {node.name: node for node in nodes if node.node_type == "input"}


def changed(flow, what, **fields):
    body = getattr(ory, f"UpdateSettingsFlowWith{what}Method")
    return ory.UpdateSettingsFlowBody(body(csrf_token=csrf(flow), **fields))


def second_step(api, what, **fields):
    flow = api.create_browser_login_flow(aal="aal2")
    body = getattr(ory, f"UpdateLoginFlowWith{what}Method")
    body = ory.UpdateLoginFlowBody(body(csrf_token=csrf(flow), **fields))
    return api.update_login_flow(flow.id, body).session


def with_second_factor(email):
    """An authenticator app that makes its codes by a library of its own, and backup codes."""
    api = Browser().api
    flow = api.create_browser_registration_flow()
    registered = api.update_registration_flow(flow.id, registration(email, FIRST, flow))
    prove(api, registered)
    flow = api.create_browser_login_flow()
    api.update_login_flow(flow.id, login(email, FIRST, flow))
    flow = api.create_browser_settings_flow()
    nodes = shown(flow)
    assert nodes["totp_qr"].src.startswith("data:image/svg+xml;base64,")
    app = pyotp.TOTP(nodes["totp_secret_key"].text.context["secret"])
    assert pyotp.parse_uri(nodes["totp_link"].href).secret == app.secret
    body = changed(flow, "Totp", method="totp", totp_code=app.now())
    assert api.update_settings_flow(flow.id, body).state == "success"
    assert api.to_session().authenticator_assurance_level == "aal2"

    flow = api.create_browser_settings_flow()
    make = changed(flow, "Lookup", method="lookup_secret", lookup_secret_regenerate=True)
    asked = api.update_settings_flow(flow.id, make)
    codes = shown(asked)["lookup_secret_codes"].text.context["secrets"]
    keep = changed(asked, "Lookup", method="lookup_secret", lookup_secret_confirm=True)
    assert api.update_settings_flow(flow.id, keep).state == "success"

    # The next code is good already; the present one has been used.
    steps = [
        ("Totp", {"method": "totp", "totp_code": app.at(time.time() + 30)}),
        (
            "LookupSecret",
            {"method": "lookup_secret", "lookup_secret": codes[0]["context"]["secret"]},
        ),
    ]
    for what, fields in steps:
        api = Browser().api
        flow = api.create_browser_login_flow()
        entered = api.update_login_flow(flow.id, login(email, FIRST, flow))
        assert entered.session.authenticator_assurance_level == "aal1"
        session = second_step(api, what, **fields)
        assert session.authenticator_assurance_level == "aal2"
        assert session.authentication_methods[-1].method == fields["method"]


def by_mail(email, known):
    """Signs in with a code that is mailed, and nothing else."""
    api = Browser().api
    flow = api.create_browser_login_flow()
    assert "identifier" in inputs(flow)

    def body(**fields):
        method = ory.UpdateLoginFlowWithCodeMethod(method="code", csrf_token=csrf(flow), **fields)
        return ory.UpdateLoginFlowBody(method)

    sent = refused(400, api.update_login_flow, flow.id, body(identifier=email))
    assert sent["state"] == "sent_email", sent
    asked = api.get_login_flow(flow.id)
    assert inputs(asked)["code"].autocomplete == "one-time-code"
    flow = asked
    session = api.update_login_flow(flow.id, body(code=mailed(email, known))).session
    assert [one.method for one in session.authentication_methods] == ["code"]


in_browser("ada@example.org")
with_second_factor("eve@example.org")
by_mail("eve@example.org", 1)
in_application("bob@example.org")
print("done")
