-- As of a time means: of what had begun by then, what ended after it. Of all that ever ended, only
-- little ended lately, so the end finds it and the beginning does not.
DROP INDEX canonical.entity_history_period;
CREATE INDEX entity_history_period ON canonical.entity_history (entity, valid_to, valid_from);
