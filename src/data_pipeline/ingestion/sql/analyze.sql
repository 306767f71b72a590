ANALYZE (SKIP_LOCKED) canonical.{table}
