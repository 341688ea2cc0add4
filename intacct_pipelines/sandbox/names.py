"""Words from which the generator makes names, addresses and descriptions; only data belongs here."""

from __future__ import annotations

from typing import Final

FIRST: Final = (  # noqa: SIM905  # words read better as text
    "Alder Amber Anchor Apex Aspen Atlas Beacon Birch Bluebird Boulder Bridge Bright Canyon Cedar Cobalt "
    "Copper Coral Crescent Crown Delta Eagle Echo Ember Falcon Fern Fjord Garnet Glacier Granite Harbor "
    "Hazel Heron Horizon Indigo Iris Juniper Keystone Lantern Laurel Liberty Lotus Maple Meadow Meridian "
    "Mesa Mosaic Nimbus North Oak Orchard Osprey Pacific Pioneer Prairie Quarry Redwood River Rowan Sable "
    "Saffron Sequoia Silver Spruce Summit Terra Tidal Timber Union Valley Vertex Willow Zephyr "
).split()
SECOND: Final = (  # noqa: SIM905  # words read better as text
    "Analytics Catering Cleaning Cloud Communications Consulting Couriers Data Design Electric Engineering Events "
    "Facilities Fleet Foods Freight Furniture Garden Hardware Instruments Insurance Internet Labs Law Leasing Legal "
    "Logistics Maintenance Marketing Media Metals Office Packaging Paper Partners Plumbing Press Print Properties "
    "Recruiting Roofing Security Software Staffing Supply Systems Telecom Tools Training Travel Utilities"
).split()
FORMS: Final = {
    "US": ("Inc", "LLC", "Co", "& Sons", "Group", "Corp"),
    "DE": ("GmbH", "AG", "KG", "& Söhne GmbH"),
    "JP": ("KK", "GK", "Co Ltd"),
    "GB": ("Ltd", "LLP", "& Daughters Ltd"),
    "CA": ("Inc", "Ltée"),
}
NON_ASCII: Final = (
    "Café Älvsjö AB",
    "株式会社 山田商店",
    "Łódź Papier Sp. z o.o.",
    "Größe & Söhne GmbH",
    "Ñandú Servicios S.A.",
    "Société Générale d'Électricité",
    "Ωμέγα Τεχνική Α.Ε.",
    "北京 长城 物流 有限公司",
    "O’Brien “Quick” <Print> & Co",
    "Øresund Skibsværft A/S",
)

COUNTRY_OF_CURRENCY: Final = {"USD": "US", "EUR": "DE", "JPY": "JP", "GBP": "GB", "CAD": "CA"}
COUNTRY_NAMES: Final = {
    "US": "United States",
    "DE": "Germany",
    "JP": "Japan",
    "GB": "United Kingdom",
    "CA": "Canada",
}
CITIES: Final = {
    "US": (
        ("San Jose", "CA", "95112", "SJC"),
        ("Austin", "TX", "78701", "AUS"),
        ("Denver", "CO", "80202", "DEN"),
        ("Boston", "MA", "02108", "BOS"),
        ("Troy", "NY", "12180", "TRY"),
        ("Portland", "OR", "97204", "PDX"),
    ),
    "DE": (
        ("München", "BY", "80331", "MUC"),
        ("Köln", "NW", "50667", "CGN"),
        ("Hamburg", "HH", "20095", "HAM"),
        ("Düsseldorf", "NW", "40213", "DUS"),
    ),
    "JP": (
        ("Tokyo", "13", "100-0001", "TYO"),
        ("Osaka", "27", "530-0001", "OSA"),
        ("Kyoto", "26", "600-8216", "KYO"),
        ("Nagoya", "23", "450-0002", "NGO"),
    ),
    "GB": (
        ("London", "LND", "EC1A 1BB", "LON"),
        ("Leeds", "LDS", "LS1 4AP", "LDS"),
        ("Bristol", "BST", "BS1 4DJ", "BRS"),
    ),
    "CA": (
        ("Toronto", "ON", "M5H 2N2", "YYZ"),
        ("Montréal", "QC", "H2Y 1C6", "YUL"),
        ("Vancouver", "BC", "V6B 1A1", "YVR"),
    ),
}
STREETS: Final = ("Mill Rd", "Main St", "Station Way", "Harbor Blvd", "Park Ave", "2nd St", "Orchard Ln", "Market Sq")

ENTITY_NAMES: Final = {
    "US": ("Meridian Instruments Inc", "Meridian West LLC", "Meridian Services Inc", "Meridian Labs LLC"),
    "DE": ("Meridian Instruments GmbH", "Meridian Süd GmbH", "Meridian Vertrieb GmbH"),
    "JP": ("Meridian Instruments KK", "Meridian Osaka KK", "Meridian Trading KK"),
    "GB": ("Meridian Instruments Ltd", "Meridian North Ltd"),
    "CA": ("Meridian Instruments Canada Inc", "Meridian Québec Inc"),
}

WORK: Final = (
    "Monthly service",
    "Paper and ink",
    "Replacement parts",
    "Consulting hours",
    "Freight, inbound",
    "Hosting, per seat",
    "Repairs, 2nd floor",
    "Trade-fair booth",
    "Training day",
    "Cleaning – weekly",
    "Licence renewal",
    "Calibration",
    "Travel, crew of 3",
    "Legal review",
    "Packaging, 500 pcs",
    "Électricité, mars",
)
