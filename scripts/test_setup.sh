#!/bin/sh
# Sets up, starts, asks and stops copies of this checkout in the places where people put one:
#
#   sh scripts/test_setup.sh [PLACE…]      all places by default
#
#   plain          twice in a row
#   deep           a path longer than a socket's may be
#   side-by-side   two checkouts up at once
#   closed         root, below a folder that others cannot enter
#   user           an ordinary user in a home that others cannot enter (made and removed; needs root)
#   python3.12 …   another interpreter, by name or path, when the machine has it
#
# Uses the caches of uv and pip. Takes minutes; prints one line a place and the end of what failed.
set -eu
cd "$(dirname "$0")/.."
here="$(pwd)"

life() { # one life of the deployment in this folder: up twice, asked, down, nothing left
    make --no-print-directory setup PYTHON="${PYTHON:-python3}"
    .venv/bin/c360 up
    .venv/bin/c360 up
    .venv/bin/c360 status
    .venv/bin/c360 doctor
    .venv/bin/c360 down
    if pgrep -f "$(pwd)/.venv/" >/dev/null; then
        echo "processes are left of $(pwd)"
        return 1
    fi
}

if [ "${1:-}" = life ]; then
    life
    exit
fi

work="$(mktemp -d /tmp/c360-setup-XXXXXX)"
chmod 755 "$work"
user=c360setup
failed=""

copy() { # the files that git knows, as they are now, to a folder of that name; prints its path
    folder="$work/$1"
    mkdir -p "$folder"
    git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$folder"
    echo "$folder"
}

check() { # name, folder, command…
    name="$1" folder="$2"
    shift 2
    if (cd "$folder" && "$@") >"$work/$name.log" 2>&1; then
        printf '  ok       %s\n' "$name"
    else
        printf '  FAILED   %s\n' "$name"
        tail -20 "$work/$name.log"
        failed="$failed $name"
    fi
}

clean_up() {
    find "$work" -path '*/.venv/bin/c360' | while read -r program; do
        (cd "${program%/.venv/bin/c360}" && "$program" down) >/dev/null 2>&1 || true
    done
    ! id "$user" >/dev/null 2>&1 || userdel "$user" || true
    rm -rf "$work"
}
trap clean_up EXIT

both() {
    make --no-print-directory setup && .venv/bin/c360 up
    (cd "$1" && make --no-print-directory setup && .venv/bin/c360 up && .venv/bin/c360 status && .venv/bin/c360 down)
    .venv/bin/c360 status
    .venv/bin/c360 down
}

place() {
    case "$1" in
    plain)
        folder="$(copy plain)"
        check plain "$folder" sh scripts/test_setup.sh life
        check plain-again "$folder" sh scripts/test_setup.sh life
        ;;
    deep)
        folder="$(copy "deep/$(printf 'a-rather-long-folder-name/%.0s' 1 2 3 4)x")"
        check deep "$folder" sh scripts/test_setup.sh life
        ;;
    side-by-side)
        folder="$(copy one)"
        check side-by-side "$folder" both "$(copy two)"
        ;;
    closed)
        folder="$(copy closed/checkout)"
        chmod 700 "$work/closed"
        check closed "$folder" sh scripts/test_setup.sh life
        ;;
    user)
        if [ "$(id -u)" != 0 ]; then
            echo "  skipped  user: only root can make one"
            return
        fi
        folder="$(copy home/checkout)"
        useradd --home-dir "$work/home" "$user"
        chown -R "$user" "$work/home"
        chmod 700 "$work/home"
        # Root's own interpreter may lie where others cannot go; the system's does not.
        check user / su "$user" -c "cd '$folder' && PYTHON=/usr/bin/python3 sh scripts/test_setup.sh life"
        ;;
    *python*)
        if ! "$1" -c '' 2>/dev/null; then
            echo "  skipped  $1: not on this machine"
            return
        fi
        version="$("$1" -c 'import platform; print("python" + platform.python_version())')"
        folder="$(copy "$version")"
        check "$version" "$folder" env PYTHON="$1" sh scripts/test_setup.sh life
        ;;
    *) echo "unknown place: $1" && exit 2 ;;
    esac
}

[ "$#" -gt 0 ] || set -- plain deep side-by-side closed user python3.12 python3.13
for name in "$@"; do
    place "$name"
done
if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
