"""Of a client that changes, only sets that live are told: nobody remembers others, and ending one is told by itself.

So a hundred installations that lose their credentials in one commit are a hundred words, and other clients stay known.
A transaction may say five hundred before it says *all*.
"""

from django.db import migrations

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION identity_tell(told text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    count integer := COALESCE(NULLIF(current_setting('fondaco.told', true), ''), '0')::integer;
BEGIN
    IF count < {most} THEN
        PERFORM set_config('fondaco.told', (count + 1)::text, true);
    ELSE
        told := 'all';
    END IF;
    PERFORM pg_notify('fondaco_clients', told);
END $$;

CREATE OR REPLACE FUNCTION identity_tell_of(client uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('client ' || s.wire_client_id)
        FROM (SELECT wire_client_id FROM identity_credentialset WHERE client_id = client{living} LIMIT {limit}) s;
END $$;

CREATE OR REPLACE FUNCTION identity_tell_of_account(account text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_tell('client ' || s.wire_client_id)
        FROM (SELECT wire_client_id FROM identity_credentialset
            WHERE client_id IN (SELECT id FROM identity_oauthclient WHERE account_id = account){living} LIMIT {limit}) s;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_room_for_uses")]
    operations = [
        migrations.RunSQL(
            _FUNCTIONS.format(most=500, limit=501, living=" AND status <> 'revoked'"),
            _FUNCTIONS.format(most=100, limit=101, living=""),
        )
    ]
