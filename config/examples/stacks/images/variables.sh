#!/bin/sh
# For entrypoints: `from_file NAME` fills the variable NAME from the file that NAME_FILE names.
from_file() {
    eval "file=\${$1_FILE:-}"
    [ -z "$file" ] || export "$1=$(cat "$file")"
}
