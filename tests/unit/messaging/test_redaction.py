"""What is hidden in an answer that is kept, whosever secret it is: pages of errors print them under their names."""

from __future__ import annotations

import time

import pytest

from fondaco.messaging.redaction import excerpt, hide_secrets, keep_headers


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("DB_PASSWORD=hunter2; HOST=db", "DB_PASSWORD=•••; HOST=db"),
        ('{"password": "correct horse", "user": "mara"}', '{"password": "•••", "user": "mara"}'),
        ("'SECRET_KEY': 'django-insecure-abc'", "'SECRET_KEY': '•••'"),
        ("stripe secret => sk_live_51Habc", "stripe secret => •••"),
        ("Authorization: Bearer 0123abcdef", "Authorization: Bearer •••"),
        ("authorization: basic bWFyYTpwdw==", "authorization: basic •••"),
        ('{"access_token":"a1b2c3d4e5f6"}', '{"access_token":"•••"}'),
        ("https://app.example/?api_key=9f8e7d6c5b4a&page=2", "https://app.example/?api_key=•••&page=2"),
        ("X-Token: 4242424242", "X-Token: •••"),
        (r'{"log": "{\"password\": \"hunter 22\", \"user\": 7}"}', r'{"log": "{\"password\": \"•••\", \"user\": 7}"}'),
        (r"\\\"api_key\\\": \\\"9f8e7d6c5b4a\\\"", r"\\\"api_key\\\": \\\"•••\\\""),
        (r'{"password": "with \" a quote", "user": 7}', '{"password": "•••", "user": 7}'),
        ("<pre>password&quot;: &quot;hunter 22&quot;, 7</pre>", "<pre>password&quot;: &quot;•••&quot;, 7</pre>"),
        ("&#x27;client_secret&#x27;: &#x27;hunter22&#x27;", "&#x27;client_secret&#x27;: &#x27;•••&#x27;"),
        ("&#39;token&#39; =&gt; &#39;a1b2c3d4e5&#39;", "&#39;token&#39; =&gt; &#39;•••&#39;"),
        ("secretKey: hunter22", "secretKey: •••"),
        ("postgres://app:hunter2@db:5432/app", "postgres://app:•••@db:5432/app"),
        ("redis://:h%40nter@cache", "redis://:•••@cache"),
        ("<tr><td>PASSWORD</td>\n  <td>hunter2</td></tr>", "<tr><td>PASSWORD</td>\n  <td>•••</td></tr>"),
        ('<th>api_key</th><td class="code"><pre>9f8e7d6c</pre>', '<th>api_key</th><td class="code"><pre>•••</pre>'),
    ],
)
def test_what_is_called_a_secret_is_hidden_and_its_name_stays(said: str, kept: str) -> None:
    assert hide_secrets(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "The token expired.",
        '{"error": "invalid_token", "token": "expired"}',
        '{"token_type": "Bearer", "expires_in": 600}',
        "password: none",
        "Bearer realm",
        "https://app.example:8443/people/mara@starship.example",
        "<td>Token</td><td>expired</td>",
        "The secret of good pages is air.",
        '{"client_id": "01a227c0039173d494aab3a7c6d6ac1d"}',
    ],
)
def test_what_helps_to_find_a_fault_stays(said: str) -> None:
    assert hide_secrets(said) == said


def test_headers_and_beginnings_are_kept_so() -> None:
    assert keep_headers({"x-debug": "token=a1b2c3d4e5"}, hide_secrets) == {"x-debug": "token=•••"}
    assert excerpt(b"password=hunter2", hide_secrets) == "password=•••"


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "token",
        "password=",
        "secret ",
        "=\"'",
        "bearer ",
        "password\\",
        "&quot;",
        "token&quot;:",
        "://a:",
        "password</td>",
        "password</td><td",
    ],
)
def test_no_answer_takes_long_to_look_through(part: str) -> None:
    began = time.process_time()
    hide_secrets(part * (65_536 // len(part)))
    assert time.process_time() - began < 1
