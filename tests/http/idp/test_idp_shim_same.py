"""Whatever is sent, the shim and Django answer alike: requests made up by a machine, from good parts and bad ones."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from tests.factories.accounts import make_user
from tests.factories.identity import ASSERTION_TYPE, Program, make_login_session, make_operator_client, make_program
from tests.http.idp.machine import FORM, Machine, Request, ask_about, ask_keys, ask_token

from fondaco.identity.models import CredentialSet, OAuthClient, RevokedToken, TokenFamily
from fondaco.identity.tokens import issue_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ["grant_type", "scope", "client_id", "client_secret", "token", "token_type_hint", "GRANT_TYPE", "", "x"]
EXAMPLES = 150


class Parts:
    """What requests are made of: programs of one account, one of another and one of the operator's own, with tokens."""

    def __init__(self, machine: Machine) -> None:
        self.mine = make_program()
        self.sibling = make_program(self.mine.account)
        self.asking = make_program(self.mine.account, scopes=("account:read", "tokens:introspect"))
        self.barred = make_program(self.mine.account, grant_types=("authorization_code",))
        self.foreign = make_program()
        self.house = make_operator_client()
        self.programs = [self.mine, self.sibling, self.asking, self.barred, self.foreign, self.house]
        tokenless = (self.barred, self.house)
        self.tokens = [_token(machine, program) for program in self.programs if program not in tokenless]
        self.tokens += [
            _user_token(self.mine),
            self.tokens[0][:-4] + "AAAA",
            self.tokens[0] + "=",
            "a.b.c",
            "fdr_x",
            "é",
        ]
        self.tokens += [swap_header(self.tokens[0], '{"alg":"none","typ":"at+jwt"}'), "." * 2, "x" * 9000, "[]"]
        machine.warm(ask_token(self.mine), ask_about(self.tokens[0], self.mine), ask_keys(self.mine))

    def authorizations(self) -> list[str]:
        good = self.mine.basic()
        text = base64.b64decode(good[6:]).decode()
        odd = [text.replace(":", "%3A"), text + "\n", text.upper(), text.partition(":")[0], ":", "é:é", "\0:\0"]
        return [
            "", good, good.lower(), good.replace("Basic", "basic"), good.replace(" ", "  "), good + "=", good[:-2],
            "Basic", "Bearer x", *(program.basic() for program in self.programs), self.mine.basic(secret="fdc_wrong"),
            *("Basic " + base64.b64encode(each.encode()).decode() for each in odd),
        ]  # fmt: skip

    def values(self) -> list[str]:
        ids = [program.issued.client_id for program in self.programs]
        secrets = [program.issued.client_secret for program in self.programs]
        return [
            "client_credentials", "authorization_code", "refresh_token", "", " ", "apps:read", "apps:read account:read",
            "apps:read  apps:read", "apps:read\t", "tokens:introspect", "é", "\0", "0" * 32, "access_token",
            *ids, *secrets, *self.tokens,
        ]  # fmt: skip

    def paths(self) -> list[str]:
        ends = [
            "oauth/token",
            "oauth/introspect",
            ".well-known/jwks.json",
            "oauth/token/",
            "oauth//token",
            "OAUTH/TOKEN",
        ]
        names = [
            self.mine.account.name,
            self.foreign.account.name,
            self.house.account.name,
            self.mine.account.name.upper(),
            "nobody",
            "",
            "é",
            "a b",
        ]
        return [f"/{name}/{end}" for name in names for end in ends] + ["", "/", "oauth/token", "//oauth/token"]


def _token(machine: Machine, program: Program) -> str:
    token: str = machine.ask(ask_token(program)).json["access_token"]
    return token


def _user_token(program: Program) -> str:
    user = make_user(program.account, role="agent")
    family = TokenFamily.objects.create(
        client=program.client, user=user, login_session=make_login_session(user.person), expires_at=clock.now()
    )
    return issue_access_token(credentials=program.issued.set, scope="openid", family=family)


def swap_header(token: str, header: str) -> str:
    """The same claims and signature under another header."""
    return ".".join([base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode(), *token.split(".")[1:]])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_made_up_requests_get_the_same_answer(shared: tuple[Machine, Parts], data: DataObject) -> None:
    machine, parts = shared
    with clock.freeze():
        machine.compare(data.draw(requests(parts)))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_nearly_right_requests_get_the_same_answer(shared: tuple[Machine, Parts], data: DataObject) -> None:
    machine, parts = shared
    program = data.draw(st.sampled_from(parts.programs))
    good = [
        ask_token(program),
        ask_token(program, basic=False),
        ask_token(program, scope="account:read"),
        *(ask_about(token, program) for token in parts.tokens),
    ]
    plain = data.draw(st.sampled_from(good))
    change: dict[str, Any] = data.draw(
        st.one_of(
            st.just({}),
            st.builds(lambda more: {"body": plain.body + b"&" + more}, pairs(parts)),
            st.builds(
                lambda at, byte: {"body": plain.body[:at] + byte + plain.body[at:]},
                st.integers(0, 60),
                st.binary(max_size=2),
            ),
            st.builds(lambda value: {"headers": {"Authorization": value}}, st.sampled_from(parts.authorizations())),
            st.builds(lambda length: {"length": str(length)}, st.integers(-1, 200)),
        )
    )
    with clock.freeze():
        machine.compare(Request(**{**vars(plain), **change}))


def test_good_requests_are_answered_without_django(shared: tuple[Machine, Parts]) -> None:
    machine, parts = shared
    with clock.freeze():
        for program in (parts.mine, parts.sibling, parts.asking, parts.house):
            machine.compare(ask_token(program))
            for token in parts.tokens:
                machine.compare(ask_about(token, program))
    # three tokens, one's own looked into by each, by the asking one those of the two others, by the house's all four
    assert machine.alone == 3 + 3 + 2 + 4


def test_signed_assertions_get_the_same_answer(shared: tuple[Machine, Parts]) -> None:
    machine, parts = shared
    with clock.freeze():
        for assertion in (parts.mine.assertion(), parts.mine.assertion(aud="x"), parts.sibling.assertion(), "a.b.c"):
            found = ask_token(parts.mine, client_assertion=assertion, client_assertion_type=ASSERTION_TYPE)
            machine.compare(Request(found.path, body=found.body))


def pairs(parts: Parts) -> st.SearchStrategy[bytes]:
    """A part of a form, escaped as a form is, or not."""
    escape = st.sampled_from([quote_plus, str])
    return st.builds(
        lambda name, value, escaped: f"{escaped(name)}={escaped(value)}".encode(),
        st.sampled_from(NAMES),
        st.sampled_from(parts.values()),
        escape,
    )


def requests(parts: Parts) -> st.SearchStrategy[Request]:
    """Any request; mostly to the addresses that the shim looks at."""
    forms = st.lists(pairs(parts), max_size=5).map(b"&".join)
    headers = {
        "Authorization": st.sampled_from(parts.authorizations()),
        "Content-Type": st.sampled_from([FORM, FORM, FORM, FORM + ";charset=utf-8", FORM.upper(), "", "text/plain"]),
    }
    return st.builds(
        Request,
        path=st.sampled_from(parts.paths()),
        method=st.sampled_from(["POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "post"]),
        body=st.one_of(forms, st.binary(max_size=40)),
        headers=st.fixed_dictionaries(headers).map(lambda found: {n: v for n, v in found.items() if v}),
        query=st.sampled_from(["", "", "", "grant_type=client_credentials"]),
        length=st.sampled_from([None, None, None, "", "7", "+5", "x"]),
    )


@pytest.fixture
def shared() -> tuple[Machine, Parts]:
    machine = Machine()
    return machine, Parts(machine)


def test_nothing_new_decides_about_clients_and_tokens_without_the_shim() -> None:
    """Fails when these tables get a column, or another table points at them. Does it decide who gets an answer?

    Then ``identity.hot`` must ask for it, too, and a way of being refused by it belongs into the parts above.
    """
    known = {
        OAuthClient: """account app audit backchannel_logout_url created_at credential_sets cutoffs grant_types id
            id_token_signed_response_alg installation is_public kind logout_deliveries name redirect_uris
            responsible revision scopes status status_changed_at token_families tokens_valid_after
            updated_by version""",
        CredentialSet: """client created_at expires_at id key_algorithm key_id last_used_at public_key secret_hash
            status status_changed_at wire_client_id""",
        RevokedToken: "expires_at jti revoked_at",
    }
    for model, names in known.items():
        found = {field.name for field in model._meta.get_fields()}
        assert found - set(names.split()) == set(), model
