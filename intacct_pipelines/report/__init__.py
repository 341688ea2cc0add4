"""What people read: documents made from the catalog and from frames. Nothing is fetched or written here."""
