CROSS JOIN (SELECT percent < 100 AS is_sample FROM sampling WHERE entity = {entity}) AS drawn
