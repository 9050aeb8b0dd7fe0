#!/usr/bin/env python3
"""Reads an OPM, OEM or OMM as strictly as CCSDS 502.0-B-2 and -B-3 write it, and prints its values as JSON.

usage: ccsds_reader.py FILE

Written from the keyword tables of the standard and shares nothing with the writer: keywords, their order, their units and
their formats are checked; anything else ends with a message and exit code 1. An OMM is read by python3-sgp4 as well, which
then propagates to the epoch; XML goes to its own reader first.
"""
import io
import json
import re
import sys
import xml.etree.ElementTree as ET

AXES = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"]
LENGTH = {0: "km**2", 1: "km**2/s", 2: "km**2/s**2"}
COVARIANCE = [(f"C{AXES[r]}_{AXES[c]}", "real", LENGTH[(r > 2) + (c > 2)], True) for r in range(6) for c in range(r + 1)]
STATE = [("EPOCH", "date", None, True)] + [(a, "real", "km/s" if "DOT" in a else "km", True) for a in AXES]

# (keyword, type, unit, obligatory), in the order of tables 3-1 to 3-3 (OPM), 4-1 to 4-3 (OMM), 5-2 to 5-3 (OEM).
METADATA = [("COMMENT", "text", None, False), ("OBJECT_NAME", "text", None, True), ("OBJECT_ID", "id", None, True),
            ("CENTER_NAME", "centre", None, True), ("REF_FRAME", "frame", None, True),
            ("REF_FRAME_EPOCH", "date", None, False), ("TIME_SYSTEM", "time", None, True)]
KEPLER = [("SEMI_MAJOR_AXIS", "real", "km", True), ("ECCENTRICITY", "real", None, True), ("INCLINATION", "real", "deg", True),
          ("RA_OF_ASC_NODE", "real", "deg", True), ("ARG_OF_PERICENTER", "real", "deg", True),
          ("TRUE_ANOMALY", "real", "deg", True), ("GM", "real", "km**3/s**2", True)]
# All five in version 2, the mass alone in version 3: a test asks for them.
CRAFT = [("MASS", "real", "kg", True), ("SOLAR_RAD_AREA", "real", "m**2", False), ("SOLAR_RAD_COEFF", "real", None, False),
         ("DRAG_AREA", "real", "m**2", False), ("DRAG_COEFF", "real", None, False)]
MANOEUVRE = [("MAN_EPOCH_IGNITION", "date", None, True), ("MAN_DURATION", "real", "s", True),
             ("MAN_DELTA_MASS", "loss", "kg", True), ("MAN_REF_FRAME", "frame", None, True)] + [
                 (f"MAN_DV_{i}", "real", "km/s", True) for i in (1, 2, 3)]
MEAN = [("EPOCH", "date", None, True), ("MEAN_MOTION", "real", "rev/day", True), ("ECCENTRICITY", "real", None, True),
        ("INCLINATION", "real", "deg", True), ("RA_OF_ASC_NODE", "real", "deg", True),
        ("ARG_OF_PERICENTER", "real", "deg", True), ("MEAN_ANOMALY", "real", "deg", True), ("GM", "real", "km**3/s**2", False)]
TLE = [("EPHEMERIS_TYPE", "integer", None, False), ("CLASSIFICATION_TYPE", "text", None, False),
       ("NORAD_CAT_ID", "integer", None, False), ("ELEMENT_SET_NO", "integer", None, False),
       ("REV_AT_EPOCH", "integer", None, False), ("BSTAR", "real", "1/ER", True), ("MEAN_MOTION_DOT", "real", "rev/day**2", True),
       ("MEAN_MOTION_DDOT", "real", "rev/day**3", True)]
OEM_METADATA = METADATA + [("START_TIME", "date", None, True), ("USEABLE_START_TIME", "date", None, False),
                           ("USEABLE_STOP_TIME", "date", None, False), ("STOP_TIME", "date", None, True),
                           ("INTERPOLATION", "text", None, False), ("INTERPOLATION_DEGREE", "integer", None, False)]
# (XML tag, fields, obligatory, may repeat)
DATA = {
    "opm": [("stateVector", STATE, True, False), ("keplerianElements", KEPLER, False, False),
            ("spacecraftParameters", CRAFT, False, False), ("covarianceMatrix", COVARIANCE, False, False),
            ("maneuverParameters", MANOEUVRE, False, True)],
    "omm": [("meanElements", MEAN, True, False), ("spacecraftParameters", CRAFT, False, False),
            ("tleParameters", TLE, True, False)],
    "oem": [("stateVector", STATE, True, True),
            ("covarianceMatrix", [("EPOCH", "date", None, True)] + COVARIANCE, False, True)],
}
FORMS = {
    "date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?",
    "real": r"[+-]?\d{1,16}(\.\d{1,16})?|[+-]?\d\.\d{1,15}E[+-]\d{2,3}",
    "loss": r"-(\d{1,16}(\.\d{1,16})?|\d\.\d{1,15}E[+-]\d{2,3})",
    "integer": r"\d+",
    "id": r"\d{4}-\d{3}[A-HJ-NP-Z]{1,3}|UNKNOWN",
    "centre": "EARTH|MOON|SUN|EARTH BARYCENTER",
    "frame": "GCRF|ICRF|EME2000|TEME",
    "time": "UTC|TAI|TT|TDB",
    "text": r"[ -~]+",
}
SCHEMA = "https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-"
LOCATION = {"2.0": SCHEMA + "2.0.0-master-2.0.xsd", "3.0": SCHEMA + "3.0.0-master-3.0.xsd"}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"


def demand(condition, problem):
    if not condition:
        raise SystemExit(f"{sys.argv[1]}: {problem}")


def header_fields(version):
    fields = [("COMMENT", "text", None, False)]
    if version == "3.0":
        fields.append(("CLASSIFICATION", "text", None, False))
    fields += [("CREATION_DATE", "date", None, True), ("ORIGINATOR", "text", None, True)]
    if version == "3.0":
        fields.append(("MESSAGE_ID", "text", None, False))
    return fields


def value_of(keyword, text, kind):
    demand(re.fullmatch(FORMS[kind], text), f"{keyword}: '{text}' is no {kind}")
    if kind in ("real", "loss"):
        digits = re.sub(r"E.*|[^0-9]", "", text).lstrip("0")
        demand(len(digits) <= 16, f"{keyword}: {text} has more than 16 digits")
        return float(text)
    return int(text) if kind == "integer" else text


def take(items, fields, where):
    """Takes the fields from the front of (keyword, text, unit) triples, in their order."""
    found = {}
    for keyword, kind, unit, obligatory in fields:
        if keyword == "COMMENT":
            comments = []
            while items and items[0][0] == "COMMENT":
                comments.append(items.pop(0)[1])
            if comments:
                found["COMMENT"] = comments
            continue
        if not items or items[0][0] != keyword:
            demand(not obligatory, f"{where}: {keyword} expected, found {items[0][0] if items else 'the end'}")
            continue
        _, text, given = items.pop(0)
        demand(given in (None, unit), f"{where}: {keyword} has the unit {given}, not {unit}")
        found[keyword] = value_of(keyword, text, kind)
    return found


# ---- KVN

def kvn_items(lines):
    items = []
    for line in lines:
        if line.startswith("COMMENT "):
            items.append(("COMMENT", line[8:], None))
            continue
        match = re.fullmatch(r"([A-Z0-9_]+) *= *(.*?)(?: \[(.+)\])?", line)
        demand(match, f"'{line}' is no KEYWORD = value")
        items.append(match.groups())
    return items


def read_blocks(items, kind):
    data = {}
    for tag, fields, obligatory, repeats in DATA[kind]:
        while items and items[0][0] == fields[0][0]:
            data.setdefault(tag, []).append(take(items, fields, tag))
            if not repeats:
                break
        demand(not obligatory or tag in data, f"{tag} is missing")
    demand(not items, f"{items[:1]} is not expected here")
    return data


def read_oem_segment(lines):
    end = lines.index("META_STOP")
    metadata = take(items := kvn_items(lines[1:end]), OEM_METADATA, "metadata")
    demand(not items, f"metadata: {items[:1]} is not expected")
    rest, states, covariances = lines[end + 1:], [], []
    while rest and rest[0] != "COVARIANCE_START":
        words = rest.pop(0).split(" ")
        demand(len(words) == 7, f"an ephemeris line has {len(words)} values")
        states.append({key: value_of(key, word, form) for (key, form, _, _), word in zip(STATE, words)})
    if rest:
        demand(rest.pop(0) == "COVARIANCE_START" and rest.pop() == "COVARIANCE_STOP", "the covariances do not end")
    while rest:
        covariance = take(kvn_items([rest.pop(0)]), [("EPOCH", "date", None, True)], "covariance")
        terms = iter(COVARIANCE)
        for row in range(6):
            words = rest.pop(0).split(" ")
            demand(len(words) == row + 1, f"row {row + 1} of a covariance has {len(words)} values")
            covariance |= {(key := next(terms)[0]): value_of(key, word, "real") for word in words}
        covariances.append(covariance)
    return {"metadata": metadata, "data": {"stateVector": states} | ({"covarianceMatrix": covariances} if covariances else {})}


def read_kvn(text):
    demand("\t" not in text and text.isascii() and text.endswith("\n"), "tabs, or not ASCII, or the last line does not end")
    lines = [line for line in text.split("\n") if line]
    demand(all(len(line) <= 254 and line == line.rstrip() for line in lines), "a line is too long or ends with blanks")
    match = re.fullmatch(r"CCSDS_(O[PEM]M)_VERS = (\d\.0)", lines.pop(0))
    demand(match, "the first line names no message")
    kind, version = match[1].lower(), match[2]
    if kind == "oem":
        starts = [i for i, line in enumerate(lines) if line == "META_START"]
        demand(starts, "no META_START")
        header = take(items := kvn_items(lines[:starts[0]]), header_fields(version), "header")
        segments = [read_oem_segment(lines[a:b]) for a, b in zip(starts, starts[1:] + [len(lines)])]
        demand(not items, f"header: {items[:1]} is not expected")
    else:
        items = kvn_items(lines)
        header = take(items, header_fields(version), "header")
        metadata = take(items, METADATA + ([("MEAN_ELEMENT_THEORY", "text", None, True)] if kind == "omm" else []), "metadata")
        segments = [{"metadata": metadata, "data": read_blocks(items, kind)}]
    return [{"kind": kind, "version": version, "header": header, "segments": segments}]


# ---- XML

def xml_items(element):
    for child in element:
        demand(len(child) == 0 and set(child.attrib) <= {"units"}, f"{child.tag} is no field")
    return [(child.tag, child.text or "", child.get("units")) for child in element]


def whole(element, fields):
    found = take(items := xml_items(element), fields, element.tag)
    demand(not items, f"{element.tag}: {items[:1]} is not expected")
    return found


def read_xml_data(element, kind):
    data, children = {}, list(element)
    for tag, fields, obligatory, repeats in DATA[kind]:
        while children and children[0].tag == tag:
            data.setdefault(tag, []).append(whole(children.pop(0), fields))
            if not repeats:
                break
        demand(not obligatory or tag in data, f"{tag} is missing")
    demand(not children, f"{children[0].tag if children else ''} is not expected in data")
    return data


def read_xml_message(root, standalone):
    kind, version = root.tag, root.get("version")
    demand(kind in DATA and root.get("id") == f"CCSDS_{kind.upper()}_VERS" and version in LOCATION, "the root is no message")
    demand((root.get(XSI) == LOCATION[version]) == standalone, "the schema's address")
    demand([child.tag for child in root] == ["header", "body"], "a message has a header and a body")
    segments = []
    for segment in root[1]:
        demand(segment.tag == "segment" and [c.tag for c in segment] == ["metadata", "data"], "a segment has metadata and data")
        fields = OEM_METADATA if kind == "oem" else METADATA
        if kind == "omm":
            fields = METADATA + [("MEAN_ELEMENT_THEORY", "text", None, True)]
        segments.append({"metadata": whole(segment[0], fields), "data": read_xml_data(segment[1], kind)})
    demand(segments and (kind == "oem" or len(segments) == 1), "the number of segments")
    return {"kind": kind, "version": version, "header": whole(root[0], header_fields(version)), "segments": segments}


def read_xml(text):
    demand("\t" not in text, "tabs")
    root = ET.fromstring(text.encode())
    if root.tag != "ndm":
        return [read_xml_message(root, True)]
    demand(root.get(XSI) in LOCATION.values(), "the schema's address")
    return [read_xml_message(child, False) for child in root]


# ---- OMM: what python3-sgp4 makes of it

def propagate(fields):
    from sgp4 import omm
    from sgp4.api import Satrec
    satellite = Satrec()
    omm.initialize(satellite, fields)
    error, r, v = satellite.sgp4(satellite.jdsatepoch, satellite.jdsatepochF)
    demand(error == 0, f"sgp4 error {error}")
    return {"r_km": r, "v_kmps": v, "intldesg": satellite.intldesg}


def sgp4_states(text, messages):
    if text.startswith("<?xml"):
        from sgp4 import omm
        return [propagate(fields) for fields in omm.parse_xml(io.StringIO(text))]
    fields = {}
    for block in [messages[0]["segments"][0]["metadata"]] + [b[0] for b in messages[0]["segments"][0]["data"].values()]:
        fields |= {key: str(value) for key, value in block.items()}
    return [propagate(fields)]


def main():
    text = open(sys.argv[1], encoding="utf-8", newline="").read()
    messages = read_xml(text) if text.startswith("<?xml") else read_kvn(text)
    result = {"messages": messages}
    if messages[0]["kind"] == "omm":
        result["sgp4"] = sgp4_states(text, messages)
    print(json.dumps(result))


main()
