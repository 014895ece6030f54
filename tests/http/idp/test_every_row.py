"""Which test proves each row of the RFCs that says what is refused, and how; a row without a test fails here.

Files are named without ``test_`` and below ``tests``. What does not apply here is said at the end.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
IDP = "http/idp"
Row = tuple[str, str]  # of which section, and what it asks for
_HOSTILE = "rfc6749_errors::hostile_values_in_every_parameter_of_the"

# By RFC and row: where its tests are.
ROWS: dict[str, dict[Row, str]] = {
    "RFC 6749, token endpoint": {
        ("§3.2", "parameters without a value are as if left out, unknown ones are ignored, none is sent twice"): (
            "rfc6749_errors::section_3_2_parameters_without_a_value_are_as_if_left_out,"
            "rfc6749_errors::section_3_1_and_3_2_unknown_parameters_are_ignored"
        ),
        ("§2.3.1", "no credentials in the address"): (
            "rfc6749_errors::section_2_3_1_credentials_in_the_address_are_not_read"
        ),
        ("§5.2", "invalid_request"): "rfc6749_errors::section_5_2_each_error_word_for_word",
        ("§5.2", "invalid_client"): (
            "rfc6749_errors::section_5_2_each_error_word_for_word,idp_token::no_or_broken_authentication,"
            "idp_token::wrong_secret_and_unknown_client_look_the_same,"
            "rfc6749_errors::section_5_2_a_401_names_the_scheme_that_works"
        ),
        ("§5.2", "invalid_grant: unknown, expired, spent, of another client or address"): (
            "rfc6749_errors::section_5_2_each_error_word_for_word,idp_exchange::a_code_lives_a_minute,"
            "idp_exchange::a_code_is_bound_to_its_address_and_client,"
            "idp_exchange::a_code_works_once_and_its_tokens_die_when_it_is_shown_again,"
            "idp_exchange::a_spent_refresh_token_ends_its_family"
        ),
        ("§5.2", "unauthorized_client"): "rfc6749_errors::section_5_2_unauthorized_client",
        ("§5.2", "unsupported_grant_type"): "rfc6749_errors::section_5_2_each_error_word_for_word",
        ("§5.2", "invalid_scope: unknown, not granted, more than before"): (
            "idp_token::more_scopes_than_granted_are_refused,"
            "idp_exchange::a_refresh_may_ask_for_less_but_never_for_more"
        ),
        ("§5.2", "any other fault, in the same shape"): "idp_faults::of_the_issuer",
        ("§5.2", "CRLF, NUL, Unicode and length in every parameter and in the header"): (
            f"{_HOSTILE}_token_endpoint,every_endpoint_same::hostile_ids_and_secrets_in_the_header"
        ),
        ("§3.2", "POST and forms alone"): "idp_refusals::other_methods,idp_refusals::a_body_that_is_no_form",
    },
    "RFC 6749, authorization endpoint": {
        ("§4.1.2.1", "a bad client or address: a page, no redirect"): (
            "idp_authorize::a_bad_client_or_address_gets_a_page_and_no_redirect"
        ),
        ("§4.1.2.1", "invalid_request"): "rfc6749_errors::section_4_1_2_1_each_error_word_for_word",
        ("§4.1.2.1", "unauthorized_client"): "idp_authorize::a_client_without_the_grant",
        ("§4.1.2.1", "access_denied"): "idp_authorize::a_suspended_client_signs_nobody_in",
        ("§4.1.2.1", "unsupported_response_type"): "rfc6749_errors::section_4_1_2_1_each_error_word_for_word",
        ("§4.1.2.1", "invalid_scope"): "rfc6749_errors::section_4_1_2_1_each_error_word_for_word",
        ("§4.1.2.1", "server_error"): "idp_faults::the_browser_takes_it_back_to_the_app",
        ("§4.1.2", "the state comes back as it was"): "rfc6749_errors::section_4_1_2_the_state_comes_back_as_it_was",
        ("§4.1.1", "CRLF, NUL, Unicode and length in every parameter"): f"{_HOSTILE}_authorization_endpoint",
    },
    "RFC 7523 and RFC 8725, assertions": {
        ("§3 (1, 2)", "iss and sub are the client"): (
            "rfc7523_assertions::section_3_1_and_3_2_issuer_and_subject_are_the_client"
        ),
        ("§3 (3)", "aud is the token URL, alone or among others"): (
            "rfc7523_assertions::section_3_3_the_audience_is_the_token_url_of_this_account,"
            "rfc7523_assertions::section_3_3_the_token_url_of_another_account_is_another_audience,"
            "every_endpoint_same::an_audience_among_several_and_times_at_the_edge_are_good"
        ),
        ("§3 (4, 5, 6)", "exp, nbf and iat, with a minute of skew, to the second"): (
            "rfc7523_assertions::section_3_4_to_3_6_clocks_may_differ_by_a_minute_and_lives_are_ten,"
            "rfc7523_assertions::section_3_4_an_end_that_is_no_time"
        ),
        ("§3 (7)", "a jti is good once"): (
            "rfc7523_assertions::section_3_7_a_jti_is_good_once_until_nobody_would_take_it_anyway,"
            "rfc7523_assertions::section_3_7_it_is_spent_at_every_endpoint_and_by_every_grant"
        ),
        ("§3 (9)", "a signature of the client's own key"): (
            "rfc7523_assertions::rfc8725_section_3_1_a_key_of_another_s_making,"
            "rfc7523_assertions::a_client_without_a_key_pair_proves_nothing_by_a_signature"
        ),
        ("§3 (10)", "what is no JWT; too long a one is not read"): (
            "rfc7523_assertions::headers_that_are_none,"
            "rfc7523_assertions::an_oversized_assertion_is_not_even_read"
        ),
        ("RFC 8725 §3.1", "alg none; a public key taken for a secret"): (
            "rfc7523_assertions::rfc8725_section_3_1_no_signature_is_no_proof,"
            "rfc7523_assertions::rfc8725_section_3_1_nothing_of_ours_is_a_shared_secret"
        ),
        ("RFC 8725 §3.10", "keys that the assertion brings along"): (
            "rfc7523_assertions::rfc8725_section_3_10_a_key_that_the_assertion_brings_along_is_not_used"
        ),
        ("RFC 8725 §3.11", "one kind of token taken for another"): (
            "every_endpoint_same::assertions_that_prove_nothing,db/identity/identity_tokens::other_tokens_are_refused"
        ),
        ("all", "the same at every endpoint"): "every_endpoint_same::assertions_that_prove_nothing",
    },
    "RFC 9700, attacks": {
        ("§2.1, §4.1", "redirect addresses letter by letter"): (
            "rfc9700_bcp::section_4_1_only_what_is_registered_letter_by_letter,"
            "rfc9700_bcp::section_4_1_addresses_of_another_client_of_the_account"
        ),
        ("§2.1.1, §4.8", "PKCE: wrong, left out, downgraded"): (
            "idp_exchange::pkce_is_checked_when_it_was_begun,rfc9700_bcp::section_4_8_no_other_method_of_pkce,"
            "rfc9700_bcp::section_4_8_a_verifier_for_a_code_without_challenge_is_refused,"
            "idp_public::without_a_challenge_there_is_no_code"
        ),
        ("§2.1.2, §2.4", "no implicit and no password grant"): (
            "rfc6749_errors::section_4_1_2_1_each_error_word_for_word,"
            "rfc6749_errors::section_5_2_each_error_word_for_word"
        ),
        ("§2.3, §4.10", "a token is for one API"): "rfc9700_bcp::section_4_10_a_token_is_for_one_api",
        ("§4.2, §4.3", "addresses with codes go to nobody else"): (
            "rfc9700_bcp::section_4_2_no_page_tells_its_address_to_another"
        ),
        ("§4.4", "mix-up: every response names its issuer"): (
            "rfc9700_bcp::section_4_4_every_response_names_its_issuer,"
            "rfc9700_bcp::section_4_4_the_app_cannot_choose_the_issuer"
        ),
        ("§4.5", "a code that was stolen, or used twice"): (
            "rfc9700_bcp::section_4_5_a_stolen_code_is_worth_nothing_to_another_client,"
            "rfc9700_bcp::section_4_5_a_code_shown_twice_ends_the_tokens_of_the_second_client_too"
        ),
        ("§4.11", "open redirects"): (
            "rfc9700_bcp::section_4_11_an_error_is_no_way_out_for_an_unknown_client,"
            "rfc9700_bcp::section_4_11_nor_is_the_sign_in_page,rfc9700_bcp::section_4_11_nor_the_page_between"
        ),
        ("§4.12", "307"): "rfc9700_bcp::section_4_12_redirects_are_302_so_that_no_password_is_posted_on",
        ("§4.13", "a proxy is believed where one is"): "http/site/proxy::without_a_proxy_nobody_is_believed",
        ("§4.14", "refresh tokens rotate, are the client's own, and end with the session"): (
            "idp_exchange::a_spent_refresh_token_ends_its_family,"
            "rfc9700_bcp::section_4_14_a_refresh_token_cannot_be_used_by_another_client,"
            "idp_authorize::a_session_ended_elsewhere_must_sign_in_again"
        ),
        ("§4.15", "no client is taken for a person"): "rfc9700_bcp::section_4_15_no_client_is_called_like_a_person",
        ("§4.16", "clickjacking"): "rfc9700_bcp::section_4_16_no_page_on_the_way_can_be_framed",
        ("house", "clients of other accounts, at every endpoint by every proof"): (
            "every_endpoint_same::a_client_of_another_account_is_unknown_here"
        ),
        ("house", "a suspended installation"): (
            "rfc9700_bcp::a_suspended_installation_signs_nobody_in_but_still_answers,"
            "every_endpoint_same::while_suspended_a_program_tells_and_ends_but_signs_nobody_in"
        ),
    },
    "RFC 7009, revocation": {
        ("§2.1", "the token is needed once; who asks proves it; hints are hints"): (
            "idp_revoke::errors_have_the_protocol_s_shape,idp_revoke::a_wrong_hint_does_no_harm"
        ),
        ("§2.1", "tokens of other clients stay"): "idp_revoke::the_token_of_another_client_is_refused_and_lives",
        ("§2.1", "with a refresh token go its access tokens"): "idp_revoke::a_refresh_token_takes_its_family_along",
        ("§2.2", "unknown and dead tokens: 200"): (
            "idp_revoke::twice_is_once,idp_revoke::what_is_no_token_needs_no_ending"
        ),
        ("§2.2.1", "errors as RFC 6749 has them; nobody guesses"): (
            "idp_revoke::who_fails_again_and_again_is_slowed_down_here_and_at_the_token_endpoint,"
            "idp_faults::of_the_issuer"
        ),
        ("all", "CRLF, NUL, Unicode and length in every parameter"): f"{_HOSTILE}_revocation_endpoint",
    },
    "RFC 7662, introspection": {
        ("§2.1", "POST; the token is needed once; hints are hints"): (
            "idp_introspection::a_form_that_is_wrong,idp_introspection::a_hint_changes_nothing"
        ),
        ("§2.1, §4", "who asks proves it"): (
            "idp_introspection::who_does_not_prove_who_it_is_is_refused_and_slowed_down,"
            "idp_introspection::a_program_without_a_secret_may_not_ask"
        ),
        ("§2.2", "not active: nothing else is said"): (
            "idp_introspection::nonsense_is_not_active,idp_introspection::what_has_ended_is_not_active,"
            "idp_introspection::time_ends_tokens"
        ),
        ("§2.2, §4", "of tokens that the asker has nothing to do with nothing is said"): (
            "idp_introspection::a_program_may_ask_about_its_own_tokens_only,"
            "idp_introspection::a_resource_server_may_ask_about_access_tokens_of_its_account"
        ),
        ("all", "CRLF, NUL, Unicode and length in every parameter"): f"{_HOSTILE}_introspection_endpoint",
    },
    "RFC 8628, devices": {
        ("§3.1, §3.4", "what is missing, sent twice, unknown or no form"): "http/api/api_device::what_is_not_right",
        ("§3.5", "authorization_pending"): "http/api/api_device::the_whole_way",
        ("§3.5", "slow_down"): (
            "db/identity/devices::who_asks_too_often_is_slowed_down_a_little_more_each_time,"
            "http/api/api_device::one_address_begins_twenty_and_then_waits"
        ),
        ("§3.5", "access_denied"): "http/api/api_device::denied_and_expired",
        ("§3.5", "expired_token"): (
            "http/api/api_device::denied_and_expired,db/identity/devices::after_ten_minutes_it_is_over"
        ),
        ("§3.5", "a code is good once"): "db/identity/devices::a_token_is_given_once",
        ("§5.1, §5.2", "guessing"): (
            "http/site/device_page::guessing_is_slowed_down_for_each_person,http/site/device_page::and_for_each_address"
        ),
        ("§5.4", "a link with the code still asks"): "http/site/device_page::a_link_with_the_code_still_asks",
        ("all", "CRLF, NUL, Unicode and length in every parameter"): f"{_HOSTILE}_device_endpoints",
        ("all", "any other fault, in the same shape"): "idp_faults::of_the_device_flow",
    },
}  # fmt: skip
# Not offered, or without anything to prove: RFC 6749 ``temporarily_unavailable`` (we refuse nobody for load at the
# authorization endpoint), RFC 7009 §2.2.1 ``unsupported_token_type`` (both types can be revoked) and §2.3 (JSONP), RFC
# 7523 §3 (8) and RFC 9700 §2.2.1 (no other claims, no sender-constrained tokens).
WORDS = {
    "RFC 6749, token endpoint": (
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
        "invalid_scope",
    ),
    "RFC 6749, authorization endpoint": (
        "invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope",
        "server_error",
    ),
    "RFC 8628, devices": ("authorization_pending", "slow_down", "access_denied", "expired_token"),
}  # fmt: skip


@cache
def names_in(file: str) -> frozenset[str]:
    folder, _, name = file.rpartition("/")
    text = (TESTS / (folder or IDP) / f"test_{name}.py").read_text()
    return frozenset(re.findall(r"^def test_(\w+)\(", text, re.MULTILINE))


@pytest.mark.parametrize("rfc", ROWS)
def test_each_row_has_a_test_that_is_there(rfc: str) -> None:
    lost = []
    for row, tests in ROWS[rfc].items():
        assert tests
        for one in tests.split(","):
            file, name = one.split("::")
            if name not in names_in(file):
                lost.append((*row, one))
    assert lost == []


@pytest.mark.parametrize("rfc", WORDS)
def test_each_word_for_an_error_is_a_row(rfc: str) -> None:
    assert set(WORDS[rfc]) - {what.partition(":")[0] for _section, what in ROWS[rfc]} == set()
