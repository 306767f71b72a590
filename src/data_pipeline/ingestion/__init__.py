"""From an uploaded object to rows: events, files, records, staging, merge, ledger, quarantine."""
