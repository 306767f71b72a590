-- From template0, since the others may hold text in the order of the server's own locale.
CREATE DATABASE {name}
TEMPLATE template0
ENCODING 'UTF8'
LOCALE 'C'
LOCALE_PROVIDER builtin
BUILTIN_LOCALE 'C.UTF-8'
