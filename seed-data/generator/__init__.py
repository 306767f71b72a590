"""Makes the exports of several systems that know many of the same customers."""
