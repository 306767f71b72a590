"""Countries by the names that people type: ISO 3166-1's English short names, and usual others."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from data_pipeline.sources import fields

# fmt: off
_NAMES: Final[Mapping[str, str]] = {
    "AD": "Andorra", "AE": "United Arab Emirates|UAE", "AF": "Afghanistan",
    "AG": "Antigua and Barbuda", "AI": "Anguilla", "AL": "Albania", "AM": "Armenia",
    "AO": "Angola", "AQ": "Antarctica", "AR": "Argentina", "AS": "American Samoa",
    "AT": "Austria|Österreich", "AU": "Australia", "AW": "Aruba",
    "AX": "Åland Islands|Åland", "AZ": "Azerbaijan", "BA": "Bosnia and Herzegovina|Bosnia",
    "BB": "Barbados", "BD": "Bangladesh", "BE": "Belgium|België|Belgique|Belgien",
    "BF": "Burkina Faso", "BG": "Bulgaria", "BH": "Bahrain", "BI": "Burundi", "BJ": "Benin",
    "BL": "Saint Barthélemy", "BM": "Bermuda", "BN": "Brunei Darussalam|Brunei",
    "BO": "Bolivia, Plurinational State of|Bolivia",
    "BQ": "Bonaire, Sint Eustatius and Saba|Caribbean Netherlands|Bonaire",
    "BR": "Brazil|Brasil", "BS": "Bahamas", "BT": "Bhutan", "BV": "Bouvet Island",
    "BW": "Botswana", "BY": "Belarus", "BZ": "Belize", "CA": "Canada",
    "CC": "Cocos (Keeling) Islands|Cocos Islands",
    "CD": "Congo, The Democratic Republic of the|Democratic Republic of the Congo|Congo (DRC)|"
          "DR Congo|DRC|Congo-Kinshasa|Congo, Democratic Republic of the",
    "CF": "Central African Republic",
    "CG": "Congo|Republic of the Congo|Congo-Brazzaville|Congo (Republic)",
    "CH": "Switzerland|Schweiz|Suisse|Svizzera",
    "CI": "Côte d'Ivoire|Ivory Coast", "CK": "Cook Islands", "CL": "Chile", "CM": "Cameroon",
    "CN": "China|People's Republic of China|PRC|Mainland China", "CO": "Colombia",
    "CR": "Costa Rica", "CU": "Cuba", "CV": "Cabo Verde|Cape Verde", "CW": "Curaçao",
    "CX": "Christmas Island", "CY": "Cyprus", "CZ": "Czechia|Czech Republic",
    "DE": "Germany|Deutschland|Federal Republic of Germany|Allemagne", "DJ": "Djibouti",
    "DK": "Denmark|Danmark", "DM": "Dominica", "DO": "Dominican Republic", "DZ": "Algeria",
    "EC": "Ecuador", "EE": "Estonia", "EG": "Egypt", "EH": "Western Sahara", "ER": "Eritrea",
    "ES": "Spain|España", "ET": "Ethiopia", "FI": "Finland|Suomi", "FJ": "Fiji",
    "FK": "Falkland Islands (Malvinas)|Falkland Islands",
    "FM": "Micronesia, Federated States of|Micronesia", "FO": "Faroe Islands", "FR": "France",
    "GA": "Gabon",
    "GB": "United Kingdom of Great Britain and Northern Ireland|United Kingdom|UK|U.K.|"
          "Great Britain|England|Scotland|Wales|Northern Ireland",
    "GD": "Grenada", "GE": "Georgia", "GF": "French Guiana", "GG": "Guernsey", "GH": "Ghana",
    "GI": "Gibraltar", "GL": "Greenland", "GM": "Gambia", "GN": "Guinea", "GP": "Guadeloupe",
    "GQ": "Equatorial Guinea", "GR": "Greece",
    "GS": "South Georgia and the South Sandwich Islands", "GT": "Guatemala", "GU": "Guam",
    "GW": "Guinea-Bissau", "GY": "Guyana", "HK": "Hong Kong|Hong Kong SAR",
    "HM": "Heard Island and McDonald Islands", "HN": "Honduras", "HR": "Croatia",
    "HT": "Haiti", "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland|Republic of Ireland",
    "IL": "Israel", "IM": "Isle of Man", "IN": "India",
    "IO": "British Indian Ocean Territory", "IQ": "Iraq",
    "IR": "Iran, Islamic Republic of|Iran", "IS": "Iceland", "IT": "Italy|Italia",
    "JE": "Jersey", "JM": "Jamaica", "JO": "Jordan", "JP": "Japan", "KE": "Kenya",
    "KG": "Kyrgyzstan", "KH": "Cambodia", "KI": "Kiribati", "KM": "Comoros",
    "KN": "Saint Kitts and Nevis",
    "KP": "Korea, Democratic People's Republic of|North Korea",
    "KR": "Korea, Republic of|South Korea|Republic of Korea|Korea", "KW": "Kuwait",
    "KY": "Cayman Islands", "KZ": "Kazakhstan",
    "LA": "Lao People's Democratic Republic|Laos", "LB": "Lebanon", "LC": "Saint Lucia",
    "LI": "Liechtenstein", "LK": "Sri Lanka", "LR": "Liberia", "LS": "Lesotho",
    "LT": "Lithuania", "LU": "Luxembourg|Luxemburg", "LV": "Latvia", "LY": "Libya",
    "MA": "Morocco", "MC": "Monaco", "MD": "Moldova, Republic of|Moldova",
    "ME": "Montenegro", "MF": "Saint Martin (French part)|Saint Martin",
    "MG": "Madagascar", "MH": "Marshall Islands", "MK": "North Macedonia|Macedonia",
    "ML": "Mali", "MM": "Myanmar|Burma", "MN": "Mongolia", "MO": "Macao|Macau|Macau SAR",
    "MP": "Northern Mariana Islands", "MQ": "Martinique", "MR": "Mauritania",
    "MS": "Montserrat", "MT": "Malta", "MU": "Mauritius", "MV": "Maldives", "MW": "Malawi",
    "MX": "Mexico|México", "MY": "Malaysia", "MZ": "Mozambique", "NA": "Namibia",
    "NC": "New Caledonia", "NE": "Niger", "NF": "Norfolk Island", "NG": "Nigeria",
    "NI": "Nicaragua", "NL": "Netherlands|Netherlands, Kingdom of the|Holland|Nederland",
    "NO": "Norway|Norge", "NP": "Nepal", "NR": "Nauru", "NU": "Niue",
    "NZ": "New Zealand|Aotearoa", "OM": "Oman", "PA": "Panama", "PE": "Peru",
    "PF": "French Polynesia", "PG": "Papua New Guinea", "PH": "Philippines",
    "PK": "Pakistan", "PL": "Poland|Polska", "PM": "Saint Pierre and Miquelon",
    "PN": "Pitcairn|Pitcairn Islands", "PR": "Puerto Rico",
    "PS": "Palestine, State of|Palestine|Palestinian Territories", "PT": "Portugal",
    "PW": "Palau", "PY": "Paraguay", "QA": "Qatar", "RE": "Réunion", "RO": "Romania",
    "RS": "Serbia", "RU": "Russian Federation|Russia", "RW": "Rwanda",
    "SA": "Saudi Arabia|KSA", "SB": "Solomon Islands", "SC": "Seychelles", "SD": "Sudan",
    "SE": "Sweden|Sverige", "SG": "Singapore",
    "SH": "Saint Helena, Ascension and Tristan da Cunha|Saint Helena", "SI": "Slovenia",
    "SJ": "Svalbard and Jan Mayen", "SK": "Slovakia|Slovak Republic", "SL": "Sierra Leone",
    "SM": "San Marino", "SN": "Senegal", "SO": "Somalia", "SR": "Suriname",
    "SS": "South Sudan", "ST": "Sao Tome and Principe", "SV": "El Salvador",
    "SX": "Sint Maarten (Dutch part)|Sint Maarten", "SY": "Syrian Arab Republic|Syria",
    "SZ": "Eswatini|Swaziland", "TC": "Turks and Caicos Islands", "TD": "Chad",
    "TF": "French Southern Territories", "TG": "Togo", "TH": "Thailand", "TJ": "Tajikistan",
    "TK": "Tokelau", "TL": "Timor-Leste|East Timor", "TM": "Turkmenistan", "TN": "Tunisia",
    "TO": "Tonga", "TR": "Türkiye|Turkey", "TT": "Trinidad and Tobago", "TV": "Tuvalu",
    "TW": "Taiwan, Province of China|Taiwan|Taiwan, Republic of China",
    "TZ": "Tanzania, United Republic of|Tanzania", "UA": "Ukraine", "UG": "Uganda",
    "UM": "United States Minor Outlying Islands|U.S. Minor Outlying Islands",
    "US": "United States of America|United States|USA|U.S.A.|U.S.|America", "UY": "Uruguay",
    "UZ": "Uzbekistan", "VA": "Holy See|Vatican City|Holy See (Vatican City State)",
    "VC": "Saint Vincent and the Grenadines",
    "VE": "Venezuela, Bolivarian Republic of|Venezuela",
    "VG": "Virgin Islands (British)|British Virgin Islands|Virgin Islands, British",
    "VI": "Virgin Islands (U.S.)|U.S. Virgin Islands|Virgin Islands, U.S.",
    "VN": "Viet Nam|Vietnam", "VU": "Vanuatu", "WF": "Wallis and Futuna", "WS": "Samoa",
    "YE": "Yemen", "YT": "Mayotte", "ZA": "South Africa", "ZM": "Zambia", "ZW": "Zimbabwe",
}
# fmt: on

_NO_LETTER: Final = re.compile(r"[^a-z]+")


def _key(name: str) -> str:
    """Letters alone: names are written with and without accents, articles and punctuation."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = _NO_LETTER.sub(" ", letters.replace(".", "").replace("'", "").replace("&", " and "))
    return words.strip().removeprefix("the ")


_CODES: Final = {_key(name): code for code, names in _NAMES.items() for name in names.split("|")}


def country(*texts: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of the first text that is such a code or a country's name."""
    for text in texts:
        found = fields.country(text) or (_CODES.get(_key(text)) if text else None)
        if found:
            return found
    return None
