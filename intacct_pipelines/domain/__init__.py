"""What the field is made of: money, dates, ids, record types and the catalog of tables. No I/O, no clock."""
