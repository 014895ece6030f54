"""The database says, with the commit itself, whose right to tokens has changed: ``identity.hot.listening`` hears it.

What is only added is not told, unless it takes something away: nobody remembers that a client was not there. Being
used is no change. A transaction that changes very many says so once.
"""

from django.db import migrations

_FUNCTIONS = """
CREATE FUNCTION identity_tell(told text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    count integer := COALESCE(NULLIF(current_setting('fondaco.told', true), ''), '0')::integer;
BEGIN
    IF count < 100 THEN
        PERFORM set_config('fondaco.told', (count + 1)::text, true);
    ELSE
        told := 'all';
    END IF;
    PERFORM pg_notify('fondaco_clients', told);
END $$;

CREATE FUNCTION identity_tell_of(client uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('client ' || s.wire_client_id)
        FROM (SELECT wire_client_id FROM identity_credentialset WHERE client_id = client LIMIT 101) s;
END $$;

CREATE FUNCTION identity_tell_of_account(account text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('client ' || s.wire_client_id)
        FROM (SELECT wire_client_id FROM identity_credentialset
            WHERE client_id IN (SELECT id FROM identity_oauthclient WHERE account_id = account) LIMIT 101) s;
END $$;

CREATE FUNCTION identity_set_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('client ' || OLD.wire_client_id);
    RETURN NULL;
END $$;

CREATE FUNCTION identity_client_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell_of(OLD.id);
    RETURN NULL;
END $$;

CREATE FUNCTION identity_cutoff_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF COALESCE(OLD.version_id, OLD.app_id, NEW.version_id, NEW.app_id) IS NOT NULL THEN
        PERFORM identity_tell('all');
    ELSE
        PERFORM identity_tell_of(OLD.client_id), identity_tell_of(NEW.client_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION identity_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell_of_account(OLD.id);
    RETURN NULL;
END $$;

CREATE FUNCTION identity_clock_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell_of_account(OLD.account_id), identity_tell_of_account(NEW.account_id);
    RETURN NULL;
END $$;

CREATE FUNCTION identity_token_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('token ' || NEW.jti || ' ' || extract(epoch FROM NEW.expires_at));
    RETURN NULL;
END $$;

CREATE FUNCTION identity_table_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('all');
    RETURN NULL;
END $$;
"""

# Table, its function, the columns that decide, and what else than their change is told.
_WATCHED = [
    (
        "identity_credentialset",
        "identity_set_changed",
        ["client_id", "wire_client_id", "secret_hash", "status", "expires_at", "created_at"],
        "DELETE",
    ),
    (
        "identity_oauthclient",
        "identity_client_changed",
        [
            *("account_id", "app_id", "version_id", "scopes", "grant_types", "is_public", "status"),
            "tokens_valid_after",
        ],
        "",
    ),
    (
        "identity_cutoff",
        "identity_cutoff_changed",
        ["client_id", "version_id", "app_id", "status", "lifted_at"],
        "INSERT OR DELETE",
    ),
    ("identity_revokedtoken", "identity_token_revoked", ["jti", "expires_at"], "INSERT"),
    ("accounts_account", "identity_account_changed", ["name"], ""),
    ("kit_clockoffset", "identity_clock_changed", ["account_id", '"offset"'], "INSERT OR DELETE"),
]
_FUNCTION_NAMES = [
    "identity_tell(text)",
    "identity_tell_of(uuid)",
    "identity_tell_of_account(text)",
    "identity_table_emptied()",
    *(f"{function}()" for _table, function, _columns, _more in _WATCHED),
]


def _forward() -> str:
    triggers = []
    for table, function, columns, more in _WATCHED:
        differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        triggers.append(
            f"CREATE TRIGGER told_when_changed AFTER UPDATE OF {', '.join(columns)} ON {table} "
            f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION {function}();"
        )
        if more:
            triggers.append(
                f"CREATE TRIGGER told_when_there_or_gone AFTER {more} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}();"
            )
        triggers.append(
            f"CREATE TRIGGER told_when_emptied AFTER TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION identity_table_emptied();"
        )
    return _FUNCTIONS + "\n".join(triggers)


def _backward() -> str:
    names = ("told_when_changed", "told_when_there_or_gone", "told_when_emptied")
    triggers = [
        f"DROP TRIGGER IF EXISTS {name} ON {table};" for table, _function, _columns, _more in _WATCHED for name in names
    ]
    return "\n".join([*triggers, *(f"DROP FUNCTION {name};" for name in reversed(_FUNCTION_NAMES))])


class Migration(migrations.Migration):
    replaces = [("identity", "0006_changes_of_clients_are_told")]
    dependencies = [
        ("identity", "0001_initial"),
        ("accounts", "0001_initial"),
        ("kit", "0001_initial"),
    ]
    operations = [migrations.RunSQL(_forward(), _backward())]
