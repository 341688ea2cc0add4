"""Postgres: its embedded cluster, migrations, loading, reading, and the outbox; all SQL lives here."""
