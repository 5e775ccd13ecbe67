"""What all tables are made with. Instants are stored in UTC, documents as JSON, vectors as float32 bytes."""

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, MetaData, String, TypeDecorator


class Instant(TypeDecorator):
    """An aware instant: refused without a zone, stored in UTC, given back in UTC on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        """Refuse naive values; SQLite keeps no zone, so what goes in is UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"instant {value.isoformat()} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def tenant_column() -> Column:
    """Whose row it is: every row carries its tenant."""
    return Column("tenant", String(64), nullable=False)
