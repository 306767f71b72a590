"""What runs in Lambda: exports of business systems in, one canonical schema, analytics out."""
