SELECT ingest.unify_customers()
