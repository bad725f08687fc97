#!/usr/bin/env bash
# A real XML parser holds CAP messages against the rules of CAP 1.2, and finds what breaks them.
set -euo pipefail
export LC_ALL=C

data=$SOURCE_DIR/tests/data/formats
folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-cap.XXXXXX")
trap 'rm -rf "$folder"' EXIT

valid() {
    xmllint --noout --nonet --schema "$data/cap12.xsd" "$1" 2>"$folder/said"
}

for message in "$data"/cap_*.golden; do
    valid "$message" || { cat "$folder/said"; exit 1; }
done

# Each of these must be noticed, or the schema says nothing.
broken() { # NAME SED_SCRIPT
    sed "$2" "$data/cap_update.golden" >"$folder/$1.xml"
    if cmp -s "$folder/$1.xml" "$data/cap_update.golden"; then
        echo "$1 changes nothing"
        exit 1
    fi
    if valid "$folder/$1.xml"; then
        echo "$1 was not noticed"
        exit 1
    fi
}
broken time 's/+08:00<\/sent>/Z<\/sent>/'
broken level 's/<severity>Moderate/<severity>Bad/'
broken order 's/<urgency>.*//'
broken sender 's/<sender>shikumend@/<sender>shiku mend@/'
broken references 's/<references>[^,]*,/<references>/'
broken text 's/<areaDesc>/<areaDesc>\&/'
echo "CAP messages keep to the rules"
